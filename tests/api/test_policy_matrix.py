"""The policy, held to the application: every role asks every operation about every place (OWASP API 1, 3 and 5)."""

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue
from sqlmodel import col, select

from registry.api.operations import operations_of
from registry.db.engine import transaction
from registry.db.tables.trail import AuditEventRow
from registry.domain.access import Role
from tests import openapi_rules as rules
from tests.conftest import TODAY, SignIn
from tests.factories.canaries import Cage, every_sealed_column, readers_of
from tests.factories.exceptions_to_policy import PLAIN
from tests.factories.expected import Cell, Question, questions
from tests.factories.places import OWN
from tests.factories.posted import OF_THE_OCCASION
from tests.factories.specification import APP, SPEC
from tests.factories.world import Caller, World, a_world

QUESTIONS = questions(operations_of(APP), SPEC)
AT_ONCE = asyncio.Semaphore(4)
FIELDS = Path(__file__).with_name("fields_by_role.json")


@dataclass
class Tally:
    """What was asked, for the summary, and which fields were seen by whom."""

    operations: int = 0
    cells: int = 0
    failures: int = 0
    fields: dict[str, dict[str, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))


@pytest.fixture(scope="module")
async def world(sign_in: SignIn, anonymous: httpx.AsyncClient) -> World:
    return await a_world(sign_in, anonymous)


@pytest.fixture(scope="module")
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    tally = Tally()
    yield tally
    plugins: Any = request.config.pluginmanager
    with plugins.get_plugin("capturemanager").global_and_fixture_disabled():
        counted = f"{tally.operations} operations, {tally.cells} cells, {tally.failures} failures"
        plugins.get_plugin("terminalreporter").write_line(f"\npolicy matrix: {counted}")


Asked = tuple[Caller, Cell, httpx.Response]


async def ask(caller: Caller, cell: Cell) -> Asked:
    content = None if cell.body is None else json.dumps(cell.body)
    async with AT_ONCE:
        answer = await caller.client.request(
            cell.method, cell.address, params=dict(cell.query), content=content, headers=dict(cell.headers)
        )
    return caller, cell, answer


@pytest.mark.parametrize("operation", QUESTIONS)
async def test_every_caller_gets_what_the_policy_says(app: FastAPI, world: World, tally: Tally, operation: str) -> None:
    question = QUESTIONS[operation]
    cells = [(caller, cell) for caller in world.callers for cell in question.cells(caller, world)]

    asked = await asyncio.gather(*(ask(caller, cell) for caller, cell in cells))

    failures = [
        *(fault for each in asked for fault in faults_of(world, *each)),
        *differences(asked),
        *(await faults_of_trail(app, question, asked)),
    ]
    tally.operations += 1
    tally.cells += len(asked)
    tally.failures += len(failures)
    for caller, _, answer in asked:
        if question.is_reading and question.access.shows and answer.is_success:
            tally.fields[operation][caller.name] |= set(fields_of(answer.json()))
    assert not failures, "\n".join(failures)


def faults_of(world: World, caller: Caller, cell: Cell, answer: httpx.Response) -> Iterator[str]:
    """Compare status, code and what is shown with the policy."""
    got = (answer.status_code, None if answer.is_success else answer.json()["code"])
    if got != cell.expected:
        yield f"{caller.name} of {cell.relation}: {got} instead of {cell.expected}"
    elif (shown := world.shown_by(answer)) != cell.shows:
        yield f"{caller.name} of {cell.relation}: shows {sorted(shown)} instead of {sorted(cell.shows)}"


def differences(asked: list[Asked]) -> Iterator[str]:
    """Find refusals by which a caller could tell one target from another: what is not theirs is not there."""
    told: dict[tuple[str, int, str], dict[bytes, str]] = defaultdict(dict)
    for caller, cell, answer in asked:
        if answer.is_error:
            kinds = told[caller.name, answer.status_code, answer.json()["code"]]
            kinds.setdefault(told_by(answer), cell.relation)
    for (caller_name, status, code), kinds in told.items():
        if len(kinds) > 1:
            yield f"{caller_name}: {status} {code} differs between {sorted(kinds.values())}"


def told_by(answer: httpx.Response) -> bytes:
    """Everything that an answer says, but for what belongs to the occasion."""
    headers = [f"{name}: {value}" for name, value in answer.headers.items() if name not in OF_THE_OCCASION]
    content = answer.content.replace(answer.headers["x-request-id"].encode(), b"")
    return "\n".join(headers).encode() + content


async def faults_of_trail(app: FastAPI, question: Question, asked: list[Asked]) -> list[str]:
    """Compare the audit rows with what was shown and what was denied."""
    rows = await trail_of(app, [answer for _, _, answer in asked])
    faults = []
    for caller, cell, answer in asked:
        left = [(row.decision, set(row.field_groups)) for row in rows[answer.headers["x-request-id"]]]
        shown = {group.value for group, _ in cell.shows}
        match answer.status_code:
            case 401:
                expected = not left
            case 403 | 404:
                expected = left == [("denied", {group.value for group in question.access.shows})]
            case 200 if shown:
                expected = any(decision == "allowed" and groups >= shown for decision, groups in left)
            case _:
                expected = all(decision == "allowed" for decision, _ in left)
        if not expected:
            faults.append(f"{caller.name} of {cell.relation}: {answer.status_code} left {left}")
    return faults


async def trail_of(app: FastAPI, answers: list[httpx.Response]) -> dict[str, list[AuditEventRow]]:
    ids = [UUID(answer.headers["x-request-id"]) for answer in answers]
    found: dict[str, list[AuditEventRow]] = defaultdict(list)
    async with transaction(app.state.sessions) as session:
        for row in await session.exec(select(AuditEventRow).where(col(AuditEventRow.request_id).in_(ids))):
            found[str(row.request_id)].append(row)
    return found


async def test_a_canary_is_shown_to_its_readers_alone(world: World, sign_in: SignIn, keeper: httpx.AsyncClient) -> None:
    """Everything that is sealed of one person, looked for in every answer that somebody may ask for."""
    cage = Cage(keeper, await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY)))
    await cage.fill(await sign_in(Role.COMMUNE_OFFICER, unit=("01", TODAY)))
    await cage.close()
    reading = [question for question in QUESTIONS.values() if question.is_reading]
    cells = [
        (caller, question.about(cage.records, caller, world))
        for caller in world.callers
        for question in reading
        if question.refusal(caller) is None
    ]

    asked = await asyncio.gather(*(ask(caller, cell) for caller, cell in cells))

    shown = [
        (column, caller, cell.address)
        for caller, cell, answer in asked
        for canary, column in cage.canaries.items()
        if canary in answer.text
    ]
    assert [
        f"{caller.name} sees {column} in {address}"
        for column, caller, address in shown
        if OWN not in caller.units or caller.role not in readers_of(column)
    ] == []
    assert {column for column, _, _ in shown} == every_sealed_column()


def fields_of(value: JsonValue, path: str = "") -> Iterator[str]:
    """Name every field of an answer by its place in it; lists are looked into."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from fields_of(inner, f"{path}.{name}" if path else name)
        case list():
            for inner in value:
                yield from fields_of(inner, f"{path}[]")
        case _:
            yield path


@pytest.mark.parametrize("operation", [each.operation.id for each in QUESTIONS.values() if each.access.shows])
def test_what_is_filtered_by_is_shown_or_asked_for(operation: str) -> None:
    """To filter or sort by a hidden field is to read it."""
    question = QUESTIONS[operation]
    names = question.query | (set(question.example) if "search" in operation else set())
    shown = set(shown_by_schema(operation))

    assert names <= shown | PLAIN | question.access.filters.keys(), names - shown


def shown_by_schema(operation: str) -> Iterator[str]:
    """Name every field that the answers of an operation may hold."""
    said = next(each for _, each in rules.operations(SPEC) if each["operationId"] == operation)
    waiting: list[dict[str, Any]] = [said["responses"]["200"]["content"]["application/json"]["schema"]]
    seen: set[int] = set()
    while waiting:
        schema = rules.resolve(SPEC, waiting.pop())
        if id(schema) not in seen:
            seen.add(id(schema))
            yield from schema.get("properties", {})
            waiting += [inner for _, inner in rules.nested("", schema) if "$ref" in inner]


def test_the_fields_that_each_role_sees_are_those_on_file(tally: Tally) -> None:
    """A new field of an answer is somebody's data: look at its readers (`REGISTRY_WRITE_FIELDS=1` writes the file)."""
    seen: dict[str, dict[str, str]] = {}
    for operation, callers in sorted(tally.fields.items()):
        views: dict[str, list[str]] = defaultdict(list)
        for caller in sorted(callers):
            views[" ".join(sorted(callers[caller]))].append(caller)
        seen[operation] = {", ".join(callers): fields for fields, callers in views.items()}
    if os.environ.get("REGISTRY_WRITE_FIELDS"):
        FIELDS.write_text(json.dumps(seen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    on_file = json.loads(FIELDS.read_text("utf-8"))
    assert seen == {operation: views for operation, views in on_file.items() if operation in seen}
    assert tally.operations < len(QUESTIONS) or set(on_file) == set(seen)
