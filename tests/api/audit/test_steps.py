"""The audit log: every step on a record leaves one row."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from registry.demo.issuer import ISSUER
from registry.domain.access import Role
from registry.domain.policy import POLICY
from tests.api.audit.conftest import MANAGER
from tests.factories.bodies import a_person
from tests.factories.kinds import every_corrected_kind, every_kind, every_shape
from tests.factories.posted import corrected, posted_episode, posted_file, posted_person
from tests.factories.shelf import Shelf, put, shelf_of, voided
from tests.factories.trails import audited

Row: TypeAlias = dict[str, Any]
Perform: TypeAlias = Callable[[Shelf, httpx.AsyncClient], Awaitable[tuple[httpx.Response, str]]]


@pytest.fixture
async def shelf(request: pytest.FixtureRequest, watched: httpx.AsyncClient) -> Shelf:
    return await shelf_of(request.param, watched)


def row_of(shelf: Shelf, record_id: str, operation: str, **over: object) -> Row:
    person = shelf.owner({"id": record_id})
    return {
        "issuer": ISSUER, "subject": MANAGER, "on_behalf_of": None, "client_id": "an-app",
        "purpose": {**POLICY[Role.HEALTH_OFFICER], **POLICY[Role.PROVINCE_MANAGER]}[shelf.kind.read],
        "operation": operation, "person_ids": [UUID(person)] if person else [], "entity": shelf.entity,
        "record_id": UUID(record_id), "field_groups": sorted(shelf.kind.groups), "decision": "allowed", **over,
    }  # fmt: skip


async def creating(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = shelf.body()
    return await client.post(shelf.path, json=body), body["id"]


async def repeating(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await client.post(shelf.path, json=body), body["id"]


async def reading(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await client.get(shelf.address(body)), body["id"]


async def reading_versions(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await client.get(f"{shelf.address(body)}/versions"), body["id"]


async def changing(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await corrected(client, shelf.address(body), dict(shelf.kind.correction)), body["id"]


async def changing_nothing(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await corrected(client, shelf.address(body), {}), body["id"]


async def voiding(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    return await voided(shelf, client, body), body["id"]


async def voiding_again(shelf: Shelf, client: httpx.AsyncClient) -> tuple[httpx.Response, str]:
    body = await put(shelf, client)
    await voided(shelf, client, body)
    return await voided(shelf, client, body), body["id"]


STEPS: dict[Perform, str] = {
    creating: "create_{}",
    repeating: "create_{}",
    reading: "get_{}",
    reading_versions: "list_{}_versions",
    changing: "change_{}",
    changing_nothing: "change_{}",
    voiding: "void_{}",
    voiding_again: "void_{}",
}


@every_kind
@pytest.mark.parametrize("step", [creating, reading, voiding], ids=lambda step: step.__name__)
async def test_a_step_leaves_one_row(app: FastAPI, watched: httpx.AsyncClient, shelf: Shelf, step: Perform) -> None:
    await check(app, watched, shelf, step)


@every_corrected_kind
async def test_a_correction_leaves_one_row(app: FastAPI, watched: httpx.AsyncClient, shelf: Shelf) -> None:
    await check(app, watched, shelf, changing)


@every_shape
@pytest.mark.parametrize(
    "step", [repeating, reading_versions, changing_nothing, voiding_again], ids=lambda step: step.__name__
)
async def test_a_step_that_changes_nothing_leaves_one_row_too(
    app: FastAPI, watched: httpx.AsyncClient, shelf: Shelf, step: Perform
) -> None:
    await check(app, watched, shelf, step)


async def check(app: FastAPI, watched: httpx.AsyncClient, shelf: Shelf, step: Perform) -> None:
    answer, record_id = await step(shelf, watched)

    assert answer.is_success, answer.text
    rows = [row for row in await audited(app, answer) if row["entity"] == shelf.entity]
    assert rows == [row_of(shelf, record_id, STEPS[step].format(shelf.kind.singular))]


async def test_a_person_s_first_residence_has_a_row_of_its_own(app: FastAPI, watched: httpx.AsyncClient) -> None:
    answer = await watched.post("/v1/persons", json=(body := a_person()))

    rows = await audited(app, answer)

    assert [(row["entity"], row["record_id"]) for row in rows] == [
        ("person", UUID(body["id"])),
        ("residence", UUID(body["residence"]["id"])),
    ]


class TestStateChanges:
    async def test_closing_a_file(self, app: FastAPI, watched: httpx.AsyncClient) -> None:
        person_id = await posted_person(watched)
        file = await posted_file(watched, person_id)
        address, end = f"/v1/persons/{person_id}/files/{file['id']}/close", {"closed_on": "2021-03-10"}

        answer = await watched.post(address, json=end | {"close_reason": "term_ended"})

        assert [(row["operation"], row["person_ids"], row["field_groups"]) for row in await audited(app, answer)] == [
            ("close_file", [UUID(person_id)], ["file"])
        ]

    async def test_ending_an_episode(self, app: FastAPI, watched: httpx.AsyncClient) -> None:
        person_id = await posted_person(watched)
        episode = await posted_episode(watched, person_id)
        address = f"/v1/persons/{person_id}/episodes/{episode['id']}/exit"

        answer = await watched.post(address, json={"ended_on": "2020-09-16", "outcome": "completed"})

        assert [(row["operation"], row["person_ids"], row["field_groups"]) for row in await audited(app, answer)] == [
            ("exit_episode", [UUID(person_id)], ["treatment"])
        ]
