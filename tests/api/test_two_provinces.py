"""What one province writes changes no byte of any answer that another one gets."""

from collections.abc import Iterator

import httpx
import pytest
from pydantic import JsonValue

from registry.api.operations import operations_of
from registry.domain.access import Role
from registry.domain.task import TaskKind
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import OF_PERSON, Body, a_document, a_fresh, a_person, an_episode
from tests.factories.exceptions_to_policy import ABSENT
from tests.factories.expected import Question, questions
from tests.factories.kinds import DIRECTORIES
from tests.factories.places import COMMUNES, ELSEWHERE, OWN, Place
from tests.factories.posted import OF_THE_OCCASION, body_of, created, posted_file
from tests.factories.specification import APP, SPEC
from tests.factories.world import NUMBER, Caller, filled, replicated

OURS, THEIRS = COMMUNES[OWN][0], COMMUNES[ELSEWHERE][0]
PASSING = OF_THE_OCCASION | {"content-length"}
LOOKS = {"list_audit_events", "list_accesses_of_person"}
"""What tells of our own looking as well, which goes on."""
CLOCKS = ("server_time", "position", "feed_position")
"""How late it is, and how much has been written by everybody: the feed has one order for all."""
READING = [
    question
    for question in questions(operations_of(APP), SPEC).values()
    if question.operation.method == "GET" and question.operation.id not in {*LOOKS, "list_tasks"}
]

Answer = tuple[int, dict[str, str], JsonValue]


@pytest.fixture(scope="module")
async def province(sign_in: SignIn) -> Place:
    """A commune of our province, with a record of every kind."""
    return await filled(sign_in, OWN, {})


@pytest.fixture(scope="module")
async def ours(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, unit=("66", TODAY))


@pytest.fixture(scope="module")
async def theirs(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER, unit=("01", TODAY))


@pytest.fixture(scope="module")
async def officers(sign_in: SignIn, province: Place, ours: httpx.AsyncClient) -> list[Caller]:
    """Everybody of ours who is asked: the officers of the province, and an auditor."""
    auditor = await sign_in(Role.AUDITOR, unit=("66", TODAY))
    manager = Caller("manager", ours, Role.PROVINCE_MANAGER, people=frozenset({province.name}))
    return [await replicated(manager), Caller("auditor", auditor, Role.AUDITOR)]


async def answers(officers: list[Caller], province: Place) -> dict[str, Answer]:
    """Everything that our officers can ask, and what is refused to them."""
    found = {
        f"{caller.name}: {address}": shown(await caller.client.get(address))
        for caller in officers
        for address in addresses(province, caller)
    }
    client, person = officers[0].client, province.bodies["person"]
    asked: dict[str, Body] = {
        "a word": {"name": "nguyen thu"},
        "a year": {"birth_year": 1992},
        "a number": {"identity_number": NUMBER},
        "another number": {"identity_number": "001192999042"},
    }
    for name, body in asked.items():
        found[name] = shown(await client.post("/v1/persons/search", json=body))
    conflict = person | {"full_name": "Nguyễn Văn Khác"}
    found["a conflict"] = shown(await client.post("/v1/persons", json=conflict))
    found["a repetition"] = shown(await client.post("/v1/persons", json=person))
    second = an_episode() | {"id": ABSENT}
    found["a second stay"] = shown(await client.post(f"/v1/persons/{province.person_id}/episodes", json=second))
    return found


def addresses(province: Place, caller: Caller) -> Iterator[str]:
    """Every address that can be read: about our own records, about none, about everything and about each unit.

    People who are alike in two provinces are a task for both, which names nobody of the other one.
    """
    yield from ("/v1/meta", "/v1/me", f"/v1/units/{OURS}", f"/v1/persons/{ABSENT}", "/v1/persons?limit=1")
    yield from (f"/v1/tasks?kind={kind}" for kind in TaskKind if kind is not TaskKind.DUPLICATE_REVIEW)
    for question in READING:
        if question.refusal(caller):
            continue
        path, query = question.operation.path, dict(question.line.query(caller))
        for record_id in {province.id_of(question.record) if question.record else ABSENT, ABSENT}:
            address = path.format(person_id=province.person_id, id=record_id)
            yield from (f"{address}?{httpx.QueryParams(query | unit)}" for unit in units_of(question))
    yield from (f"/v1/reports/annual?unit=66&on={TODAY}&year={year}" for year in (2020, 2021, 2025))


def units_of(question: Question) -> Iterator[dict[str, str]]:
    """Ask about our commune, about theirs, and about no unit but where the directory of everybody would answer."""
    if "unit" in question.query:
        yield {"unit": OURS}
    if question.operation.id not in {f"list_{singular}s" for singular in DIRECTORIES}:
        yield {}
        if "unit" in question.query:
            yield {"unit": THEIRS}


def shown(answer: httpx.Response) -> Answer:
    """An answer but for what names this very request; a sealed cursor is another one each time."""
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
    body = body_of(answer)
    for name in ("instance", "next", "next_cursor", "cursor", *CLOCKS):
        body[name] = body.get(name) is not None
    return answer.status_code, headers, body


async def intrude(client: httpx.AsyncClient, province: Place) -> None:
    """Write all that another province may write, and try what it may not: our ids, our person, our communes."""
    for name in ("Nguyễn Văn Thử", "Nguyễn Thử", "A"):
        person = a_person(unit_code=THEIRS, from_on="2026-01-01", full_name=name)
        await created(client, "/v1/persons", person)
        path = f"/v1/persons/{person['id']}"
        await created(client, f"{path}/identity-documents", a_document(number=NUMBER))
        await created(client, f"{path}/identity-documents", a_document(number="001192999042"))
        for kind in OF_PERSON:
            if not kind.refers_to and not kind.refers_within:
                await created(client, f"{path}/{kind.collection}", province.bodies[kind.singular])
    assert (await client.post("/v1/persons", json=a_person(unit_code=THEIRS, id=province.person_id))).status_code == 409
    assert (await client.post("/v1/persons", json=a_person(unit_code=OURS))).status_code == 403
    tag = {"If-Match": '"v1-full"', "Content-Type": "application/merge-patch+json"}
    ours = f"/v1/persons/{province.person_id}"
    for kind in OF_PERSON:
        address = f"{ours}/{kind.collection}"
        one = f"{address}/{province.id_of(kind.singular)}"
        for refused in (
            await client.post(address, json=a_fresh(kind)),
            await client.patch(one, json={}, headers=tag),
            await client.post(f"{one}/void", json={"reason": "Theirs."}),
            await client.get(one),
        ):
            assert refused.status_code == 404, refused.text
    assert (await client.post(f"{ours}/void", json={"reason": "Theirs."})).status_code == 404


async def test_nothing_changes_for_us(
    sign_in: SignIn, officers: list[Caller], theirs: httpx.AsyncClient, province: Place
) -> None:
    before = await answers(officers, province)
    assert {status for status, _, _ in before.values()} == {200, 403, 404, 409, 422}

    there = await filled(sign_in, ELSEWHERE, {})
    await intrude(theirs, province)

    after = await answers(officers, province)
    assert [question for question in before if after[question] != before[question]] == []
    manager, auditor = (caller.client for caller in officers)
    for answer in (
        await auditor.get("/v1/audit?limit=200"),
        await manager.get(f"/v1/persons/{province.person_id}/access-log?limit=200"),
        await manager.get("/v1/tasks?kind=duplicate_review"),
    ):
        assert province.person_id in answer.text
        assert there.person_id not in answer.text


async def test_and_something_changes_where_we_write_ourselves(ours: httpx.AsyncClient, province: Place) -> None:
    lists = ["/v1/persons", f"/v1/files?unit={OURS}", f"/v1/reports/annual?unit=66&on={TODAY}&year=2020"]
    addresses = [*lists, f"/v1/persons/{province.person_id}"]
    before = [shown(await ours.get(address)) for address in addresses]

    person = a_person(unit_code=OURS, from_on="2019-01-01")
    await created(ours, "/v1/persons", person)
    await posted_file(ours, person["id"], opened_on="2020-01-02")

    after = [shown(await ours.get(address)) for address in addresses]
    assert [address for address, *each in zip(addresses, before, after, strict=True) if each[0] != each[1]] == lists
