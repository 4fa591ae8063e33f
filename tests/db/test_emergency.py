"""The second wall in an emergency: one person, a few tables, nothing to change; and the search that looks past it."""

# ruff: noqa: S608 - the statements are made of this module's own words

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import context, emergency, tasks
from registry.db.context import closed_transaction
from registry.db.engine import transaction
from registry.db.tables.emergency import EmergencyAccessRow
from registry.db.tables.persons import IdentityDocumentRow
from registry.domain.access import PersonScope, Role, UnitScope
from registry.domain.emergency import EmergencyState
from registry.domain.task import TaskKind
from tests.conftest import NOW, TODAY, SignIn
from tests.db.wall import refused
from tests.factories.bodies import OF_PERSON, a_document, a_fresh
from tests.factories.emergencies import asked
from tests.factories.posted import created, posted_person
from tests.factories.tasks import unit_of

OPENED = ("identity_document", "residence", "responsibility", "management_file", "episode", "person_key")
CLOSED = (
    *("person_name_token", "drug_test", "determination", "substance_use", "reach", "record_history", "change_feed"),
    *("task", "access_grant", "organisation", "commune_status", "worker_job", "audit_event"),
)


@dataclass(frozen=True)
class People:
    """Somebody with a record of every kind, and a neighbour with a document, in one commune."""

    one: UUID
    neighbour: UUID


@pytest.fixture(scope="module")
async def people(keeper: httpx.AsyncClient) -> People:
    one, neighbour = await posted_person(keeper), await posted_person(keeper)
    for kind in OF_PERSON:
        await created(keeper, f"/v1/persons/{one}/{kind.collection}", a_fresh(kind))
    await created(keeper, f"/v1/persons/{neighbour}/identity-documents", a_document(number="054092999888"))
    return People(UUID(one), UUID(neighbour))


@asynccontextmanager
async def opened(app: FastAPI, person: UUID) -> AsyncIterator[AsyncSession]:
    async with closed_transaction(app.state.sessions) as session:
        await context.enter(session, PersonScope(person), today=TODAY)
        yield session


@asynccontextmanager
async def asking(app: FastAPI, caller: str = "urn:x|officer", **over: object) -> AsyncIterator[AsyncSession]:
    async with closed_transaction(app.state.sessions) as session:
        await context.act_in_emergency(session, caller=caller, **over)  # type: ignore[arg-type]  # units or persons
        yield session


async def owners(session: AsyncSession, table: str, column: str = "person_id") -> set[UUID]:
    found = await (await session.connection()).execute(text(f"SELECT DISTINCT {column} FROM {table}"))
    return set(found.scalars())


async def test_one_person_is_open_and_nobody_beside(app: FastAPI, people: People) -> None:
    async with opened(app, people.one) as session:
        assert await owners(session, "person", "id") == {people.one}
        for table in OPENED:
            assert await owners(session, table) == {people.one}, table
    async with opened(app, uuid4()) as session:
        for table in OPENED:
            assert await owners(session, table) == set(), table


@pytest.mark.parametrize("table", CLOSED)
async def test_other_tables_are_closed(app: FastAPI, people: People, table: str) -> None:
    async with refused("permission denied"), opened(app, people.one) as session:
        await (await session.connection()).exec_driver_sql(f"SELECT 1 FROM {table}")


@pytest.mark.parametrize("table", ["person", *OPENED])
async def test_nothing_is_changed(app: FastAPI, people: People, table: str) -> None:
    for change in (
        f"UPDATE {table} SET unit_id = unit_id",
        f"DELETE FROM {table}",
        f"INSERT INTO {table} DEFAULT VALUES",
    ):
        async with refused("permission denied"), opened(app, people.one) as session:
            await (await session.connection()).exec_driver_sql(change)


async def test_who_asks_sees_and_adds_their_own_alone(app: FastAPI, people: People, manager: httpx.AsyncClient) -> None:
    access = UUID((await asked(manager, person_id=str(people.one)))["id"])
    async with transaction(app.state.sessions) as session:
        row = await session.get_one(EmergencyAccessRow, access)
    async with asking(app, row.opened_by) as session:
        assert access in await owners(session, "emergency_access", "id")
    for caller in ("urn:x|another", ""):
        async with asking(app, caller) as session:
            assert await owners(session, "emergency_access", "id") == set()
    columns = {name: getattr(row, name) for name in EmergencyAccessRow.model_fields if name != "version"}
    async with refused("row-level security"), asking(app, "urn:x|another") as session:
        await emergency.add(session, columns | {"id": uuid4()})


async def test_an_access_is_reviewed_where_the_person_is(
    app: FastAPI, people: People, manager: httpx.AsyncClient
) -> None:
    access = UUID((await asked(manager, person_id=str(people.one)))["id"])
    for code, seen in (("22015", True), ("00004", False)):
        async with closed_transaction(app.state.sessions) as session:
            scope = UnitScope((unit_of(app, code),))
            await context.enter(session, scope, today=TODAY)
            assert ((await session.exec(select(EmergencyAccessRow.id))).first() is not None) is seen
            assert (await emergency.get(session, access, scope=scope) is not None) is seen


@pytest.mark.parametrize("change", ["opened_by = 'x'", "ends_at = now()", "person_id = NULL", "reason_text = NULL"])
async def test_a_review_changes_only_how_it_goes_on(app: FastAPI, change: str) -> None:
    async with refused("permission denied"), closed_transaction(app.state.sessions) as session:
        await context.enter(session, UnitScope((unit_of(app, "22015"),)), today=TODAY)
        await (await session.connection()).exec_driver_sql(f"UPDATE emergency_access SET {change}")


async def test_those_in_charge_are_told_where_the_person_is_and_nowhere_else(app: FastAPI) -> None:
    here, there = unit_of(app, "22015"), unit_of(app, "00004")
    told = {"kind": TaskKind.EMERGENCY_NOTICE, "entity": "x", "opened_by": "x", "opened_at": NOW}
    async with asking(app, units=(here,)) as session:
        await tasks.open_task(session, unit_id=here, record_id=uuid4(), **told)  # type: ignore[arg-type]  # as above
    async with refused("row-level security"), asking(app, units=(here,)) as session:
        await tasks.open_task(session, unit_id=there, record_id=uuid4(), **told)  # type: ignore[arg-type]  # as above


class TestFinding:
    async def test_by_id_and_by_number_wherever_they_are(self, app: FastAPI, people: People) -> None:
        async with transaction(app.state.sessions) as session:
            numbers = select(IdentityDocumentRow.number_index).where(IdentityDocumentRow.person_id == people.neighbour)
            index = (await session.exec(numbers)).first()
        assert index is not None
        async with asking(app) as session:
            by_id = await emergency.find_person(session, person_id=people.one, indexes=())
            by_number = await emergency.find_person(session, person_id=None, indexes=(b"another", index))
            assert await emergency.find_person(session, person_id=uuid4(), indexes=()) is None
            assert await emergency.find_person(session, person_id=None, indexes=(b"another",)) is None
        here = unit_of(app, "22015")
        assert (by_id, by_number) == (emergency.Found(people.one, here), emergency.Found(people.neighbour, here))

    async def test_a_merged_record_leads_to_the_survivor(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        losing, survivor = UUID(await posted_person(manager)), UUID(await posted_person(manager))
        async with transaction(app.state.sessions) as session:
            merge = text("UPDATE person SET root_id = :survivor WHERE id = :losing")
            await (await session.connection()).execute(merge, {"survivor": survivor, "losing": losing})
        async with asking(app) as session:
            found = await emergency.find_person(session, person_id=losing, indexes=())
        assert found is not None
        assert found.person_id == survivor

    async def test_officers_at_their_usual_work_do_not_search_so(self, app: FastAPI, people: People) -> None:
        async with refused("permission denied"), closed_transaction(app.state.sessions) as session:
            await emergency.find_person(session, person_id=people.one, indexes=())


async def test_an_access_goes_with_its_person(app: FastAPI, people: People, sign_in: SignIn) -> None:
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=("00004", TODAY))
    access = UUID((await asked(officer, person_id=str(people.neighbour)))["id"])
    moved = text("UPDATE person SET unit_id = :unit WHERE id = :id")
    async with transaction(app.state.sessions) as session:
        await (await session.connection()).execute(moved, {"unit": unit_of(app, "00008"), "id": people.neighbour})
    async with transaction(app.state.sessions) as session:
        row = await session.get_one(EmergencyAccessRow, access)
        assert (row.unit_id, row.state) == (unit_of(app, "00008"), EmergencyState.OPEN)
