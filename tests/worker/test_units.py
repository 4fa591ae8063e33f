"""A change of the map: who was in a commune that has ended is found where its territory went."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from registry.domain.task import TaskKind
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import a_file, a_move
from tests.factories.clock import Clock
from tests.factories.posted import body_of, created, pages, posted_person, refused
from tests.factories.stored import rows
from tests.factories.tasks import opened, unit_of
from tests.factories.trails import fed
from tests.worker.conftest import Hire
from tests.worker.test_jobs import run_all

BEFORE = date(2025, 6, 30)
WHOLE, DIVIDED = "22015", "22024"
WITHOUT_SUCCESSOR = ("22021", date(2024, 12, 31))
SUCCESSOR, OTHER_PART = "22015", "22045"


@pytest.fixture(scope="module")
async def province(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of the province as it is today."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


def ended(app: FastAPI, code: str, on: date = BEFORE) -> int:
    unit_id: int = app.state.atlas.resolve(code, on).unit_id
    return unit_id


async def left_behind(app: FastAPI, client: httpx.AsyncClient, unit_id: int) -> str:
    """Somebody with a file, as they were before the map changed."""
    person = await posted_person(client)
    await created(client, f"/v1/persons/{person}/files", a_file())
    behind = "UPDATE person SET unit_id = :unit, unit_certainty = 'same' WHERE id = :person"
    await rows(app, behind, unit=unit_id, person=UUID(person))
    refused(await client.get(f"/v1/persons/{person}"), 404, "not_found")
    return person


async def asked_about(client: httpx.AsyncClient, person: str) -> bool:
    waiting = await pages(client, "/v1/tasks?kind=unit_uncertain&limit=500")
    return person in {task["person_id"] for task in waiting}


async def test_who_was_in_a_commune_that_went_whole_is_in_its_successor(
    app: FastAPI, province: httpx.AsyncClient, sign_in: SignIn, hire: Hire, clock: Clock
) -> None:
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=(SUCCESSOR, TODAY))
    person = await left_behind(app, province, ended(app, WHOLE))
    told = len(await fed(app, person))

    for _ in range(2):
        await run_all(hire)
        clock.move(timedelta(hours=1))

    shown = body_of(await officer.get(f"/v1/persons/{person}"))
    assert (shown["unit_certainty"], shown["version"]) == ("whole", 2)
    moved = [(row["op"].value, row["unit_id"]) for row in (await fed(app, person))[told:]]
    here, there = ended(app, WHOLE), unit_of(app, SUCCESSOR)
    assert moved == [("upsert", here), ("leave", here), ("enter", there)]
    (interval,) = body_of(await officer.get(f"/v1/persons/{person}/responsibilities"))["items"]
    assert (interval["from_on"], interval["to_on"]) == ("2019-01-01", None)
    assert len(await pages(officer, f"/v1/persons/{person}/files")) == 1
    assert not await asked_about(province, person)
    audited = "SELECT subject FROM audit_event WHERE :person = ANY (person_ids) AND operation LIKE 'worker %'"
    assert await rows(app, audited, person=UUID(person)) == [("map_followed",)]


@pytest.mark.parametrize("to", [SUCCESSOR, OTHER_PART], ids=["confirmed", "corrected"])
async def test_who_was_in_a_commune_that_was_divided_is_asked_about_until_somebody_says_where(
    app: FastAPI, province: httpx.AsyncClient, hire: Hire, to: str
) -> None:
    person = await left_behind(app, province, ended(app, DIVIDED))

    await run_all(hire)

    assert body_of(await province.get(f"/v1/persons/{person}"))["unit_certainty"] == "part"
    assert await asked_about(province, person)
    await created(province, f"/v1/persons/{person}/moves", a_move(to_unit_code=to, moved_on="2025-07-01"))
    assert body_of(await province.get(f"/v1/persons/{person}"))["unit_certainty"] == "same"
    assert not await asked_about(province, person)
    intervals = body_of(await province.get(f"/v1/persons/{person}/responsibilities"))["items"]
    assert [each["unit_code"] for each in intervals] == [WHOLE, to]


async def test_who_has_no_successor_is_the_provinces_until_somebody_says_where(
    app: FastAPI, province: httpx.AsyncClient, sign_in: SignIn, hire: Hire
) -> None:
    person = await left_behind(app, province, ended(app, *WITHOUT_SUCCESSOR))
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=(SUCCESSOR, TODAY))

    await run_all(hire)

    assert body_of(await province.get(f"/v1/persons/{person}"))["unit_certainty"] == "unplaced"
    assert (await officer.get(f"/v1/persons/{person}")).status_code == 404
    assert await asked_about(province, person)
    await created(province, f"/v1/persons/{person}/moves", a_move(to_unit_code=SUCCESSOR, moved_on="2025-07-01"))
    assert (await officer.get(f"/v1/persons/{person}")).status_code == 200
    assert not await asked_about(province, person)


async def test_what_waited_in_a_commune_that_has_ended_waits_in_its_successor(
    app: FastAPI, sign_in: SignIn, hire: Hire
) -> None:
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=(SUCCESSOR, TODAY))
    task = await opened(app, TaskKind.EMERGENCY_NOTICE, unit_id=ended(app, WHOLE), record_id=uuid4())
    refused(await officer.get(f"/v1/tasks/{task}"), 404, "not_found")

    await run_all(hire)

    assert body_of(await officer.get(f"/v1/tasks/{task}"))["unit_code"] == SUCCESSOR
