"""No index is lost to a row policy: the hot queries, planned as the service runs them, in a province of 150 units."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import ColumnElement, event
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import (
    accompaniments,
    audit,
    completed_courses,
    context,
    education,
    line_lists,
    pages,
    persons,
    prepared,
    records,
    replica,
    tasks,
    told,
)
from registry.db.accompaniments import BY_DAY_AND_PERSON
from registry.db.audit import AuditFilter
from registry.db.engine import create_engine, create_sessions
from registry.db.line_lists import LineStatus
from registry.db.pages import Window, by_day
from registry.db.persons import PersonFilter
from registry.db.records import Key
from registry.db.replica import CopyKey
from registry.db.tables.cases import EpisodeRow, ManagementFileRow
from registry.db.tables.columns import OfPerson
from registry.db.tables.counselling import AttendanceRow
from registry.db.tables.persons import IdentityDocumentRow, PersonRow
from registry.db.tables.referrals import ReferralRow
from registry.domain.access import OrganisationScope, Role, Scope, UnitScope
from registry.domain.feed import Position
from registry.domain.task import Audience, TaskState
from tests.conftest import TODAY
from tests.db.crowd import BIG, FILL, IN_SCOPE, LOOKS

Plan: TypeAlias = dict[str, Any]
Ask: TypeAlias = Callable[[AsyncSession, Any], Awaitable[object]]


def _id_of(word: str) -> UUID:
    return UUID(hashlib.md5(word.encode()).hexdigest())  # noqa: S324 - an id, as PostgreSQL's md5 made it


SOMEBODY = _id_of("1")
CLINIC = OrganisationScope((_id_of("o1"),))
"""An organisation that reaches somebody, and 49 others."""
NUMBER = hashlib.sha256(b"1").digest()


async def roster(session: AsyncSession, scope: Scope) -> object:
    return await persons.page(session, PersonFilter(), scope=scope, today=TODAY, limit=50, after=None)


async def second_page(session: AsyncSession, scope: Scope) -> object:
    after = ("tu200", SOMEBODY)
    return await persons.page(session, PersonFilter(), scope=scope, today=TODAY, limit=50, after=after)


async def by_name(session: AsyncSession, scope: Scope) -> object:
    return await persons.page(session, PersonFilter(name="tu17"), scope=scope, today=TODAY, limit=50, after=None)


async def by_number(session: AsyncSession, scope: Scope) -> object:
    wanted = PersonFilter(number_indexes=(NUMBER,))
    return await persons.page(session, wanted, scope=scope, today=TODAY, limit=50, after=None)


async def files(session: AsyncSession, scope: Scope) -> object:
    return await line_lists.page(
        session, ManagementFileRow, status=LineStatus.OPEN, on=TODAY, units=None, scope=scope, today=TODAY, limit=50,
        after=None,
    )  # fmt: skip


async def episodes(session: AsyncSession, scope: Scope) -> object:
    return await line_lists.page(
        session, EpisodeRow, status=LineStatus.OPEN, on=TODAY, units=None, scope=scope, today=TODAY, limit=50,
        after=None,
    )  # fmt: skip


async def inbox(session: AsyncSession, scope: Scope) -> object:
    audiences = (Audience(Role.COMMUNE_OFFICER, scope),)
    return await tasks.page(
        session, audiences=audiences, state=TaskState.OPEN, kind=None, due=None, limit=50, after=None
    )


async def get(session: AsyncSession, scope: Scope) -> object:
    return await records.get(session, PersonRow, Key(SOMEBODY), scope=scope, today=TODAY)


async def get_of_person(session: AsyncSession, scope: Scope) -> object:
    return await records.get(session, EpisodeRow, Key(SOMEBODY, SOMEBODY), scope=scope, today=TODAY)


async def lock(session: AsyncSession, scope: Scope) -> object:
    return await persons.lock(session, SOMEBODY, scope=scope, today=TODAY)


async def of_person(session: AsyncSession, scope: Scope) -> object:
    window = Window(by_day("registered_on"), scope, TODAY, limit=50)
    return await pages.page(session, EpisodeRow, window, person_id=SOMEBODY)


async def changes(session: AsyncSession, scope: Scope) -> object:
    return await told.changes(session, scope, ("person", "episode"), after=Position(0, 0), limit=500)


async def changes_of_a_commune(session: AsyncSession, scope: UnitScope) -> object:
    return await changes(session, UnitScope(scope.units[:1]))


async def copy(session: AsyncSession, scope: UnitScope) -> object:
    tables = (PersonRow, IdentityDocumentRow, ManagementFileRow, EpisodeRow)
    return await replica.copy(session, scope, tables, after=CopyKey(unit=scope.units[1], person=SOMEBODY), limit=500)


async def load(session: AsyncSession, scope: Scope) -> object:
    found = await told.changes(session, scope, ("episode",), after=Position(0, 0), limit=500)
    return await replica.load(
        session, EpisodeRow, ("id", "track", "therapies"), [each.key for each in found], scope=scope, today=TODAY
    )


async def hold(session: AsyncSession, scope: Scope) -> object:
    return await persons.hold(session, [SOMEBODY], scope=scope, today=TODAY)


async def courses(session: AsyncSession, scope: Scope) -> object:
    return await completed_courses.page(
        session, on=TODAY, placed=None, units=None, scope=scope, today=TODAY, limit=50, after=None
    )


async def measures(session: AsyncSession, scope: Scope) -> object:
    return await education.page(
        session, on=TODAY, covered=None, units=None, scope=scope, today=TODAY, limit=50, after=None
    )


async def accompanied(session: AsyncSession, scope: Scope) -> object:
    window = Window(BY_DAY_AND_PERSON, scope, TODAY, limit=50)
    return await accompaniments.page(session, window, organisation_id=None, worker_id=None, on=None)


async def accompanied_in_a_commune(session: AsyncSession, scope: UnitScope) -> object:
    return await accompanied(session, UnitScope(scope.units[:1]))


async def accompanied_by_a_worker(session: AsyncSession, scope: Scope) -> object:
    window, worker_id = Window(BY_DAY_AND_PERSON, scope, TODAY, limit=50), _id_of("w1")
    return await accompaniments.page(session, window, organisation_id=None, worker_id=worker_id, on=None)


async def visits(session: AsyncSession, _: UnitScope) -> object:
    return await accompaniments.is_visited(session, SOMEBODY, SOMEBODY)


async def attended(session: AsyncSession, scope: Scope) -> object:
    return await _lines(session, scope, AttendanceRow, col(AttendanceRow.session_id) == _id_of("s1"))


async def referred(session: AsyncSession, scope: Scope) -> object:
    return await _lines(session, scope, ReferralRow, col(ReferralRow.service_id) == _id_of("v1"))


async def _lines(session: AsyncSession, scope: Scope, table: type[OfPerson], condition: ColumnElement[bool]) -> object:
    return await line_lists.of_people(session, table, condition, scope=scope, today=TODAY, limit=50, after=None)


async def audited(session: AsyncSession, _: Scope) -> object:
    return await audit.page(session, AuditFilter(person_id=SOMEBODY), limit=LOOKS, after=None)


async def audited_by_officer(session: AsyncSession, _: Scope) -> object:
    return await audit.page(session, AuditFilter(officer="s1"), limit=50, after=None)


async def accesses(session: AsyncSession, _: Scope) -> object:
    return await audit.page_of_person(session, SOMEBODY, limit=LOOKS, after=None)


@pytest.fixture(scope="module")
async def scope(database_url: str) -> UnitScope:
    """A province of a large registry."""
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    await connection.execute(FILL)
    units = await connection.fetch("SELECT DISTINCT unit_id FROM person ORDER BY unit_id LIMIT $1", IN_SCOPE)
    await connection.close()
    return UnitScope(tuple(row["unit_id"] for row in units))


@pytest.fixture(scope="module")
async def service(service_url: str, scope: UnitScope) -> AsyncIterator[AsyncSession]:  # noqa: ARG001 - a transaction must not wait for the rows
    engine = create_engine(service_url)
    async with create_sessions(engine).begin() as session:
        await context.close(session)
        yield session
    await engine.dispose()


async def plans_of(ask: Ask, session: AsyncSession, scope: Scope) -> list[Plan]:
    """The plans of the statements that a query sends, under the role and the context in which it sends them."""
    sent: list[tuple[str, tuple[Any, ...]]] = []

    def note(_: object, __: object, statement: str, parameters: tuple[Any, ...], *___: object) -> None:
        sent.append((statement, parameters))

    connection = await session.connection()
    await context.enter(session, scope, today=TODAY)
    driver: Any = await prepared.driver_of(session)
    event.listen(connection.sync_connection, "before_cursor_execute", note)
    with driver.query_logger(lambda query: sent.append((query.query, query.args))):
        found = await ask(session, scope)
        await asyncio.sleep(0)  # the driver tells of a statement in the loop's next turn
    event.remove(connection.sync_connection, "before_cursor_execute", note)
    assert found, "a query that finds nothing shows nothing"
    plans = []
    for statement, parameters in sent:
        if "set_config" in statement:
            await connection.exec_driver_sql(statement, parameters)
            continue
        told = (await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)).scalar_one()
        plans.append((json.loads(told) if isinstance(told, str) else told)[0]["Plan"])
    return plans


def nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


@pytest.mark.parametrize(
    "ask",
    [
        *(roster, second_page, by_name, by_number, files, episodes, get, get_of_person, lock, of_person),
        *(changes, changes_of_a_commune, copy, load, hold),
        *(courses, measures, accompanied, accompanied_in_a_commune, accompanied_by_a_worker, visits),
        *(attended, referred, inbox, audited, audited_by_officer, accesses),
    ],
    ids=lambda ask: ask.__name__,
)
async def test_rows_are_found_by_an_index(service: AsyncSession, scope: UnitScope, ask: Ask) -> None:
    require_indexes(await plans_of(ask, service, scope))


@pytest.mark.parametrize(
    "ask",
    [roster, episodes, get, get_of_person, lock, of_person, changes, inbox],
    ids=lambda ask: ask.__name__,
)
async def test_they_are_for_an_organisation_too(service: AsyncSession, ask: Ask) -> None:
    require_indexes(await plans_of(ask, service, CLINIC))


@pytest.mark.parametrize("ask", [audited, accesses], ids=lambda ask: ask.__name__)
async def test_nor_is_the_log_read_once_the_server_plans_for_anybody(
    service: AsyncSession, scope: UnitScope, ask: Ask
) -> None:
    """A statement that was sent five times is planned without its parameters, where that seems cheaper."""
    read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'audit_event'"
    connection = await service.connection()
    await context.enter(service, scope, today=TODAY)
    for _ in range(6):
        await ask(service, scope)
    before = (await connection.exec_driver_sql(read)).scalar_one()
    found: Any = await ask(service, scope)

    assert (await connection.exec_driver_sql(read)).scalar_one() - before == len(found) == LOOKS


def require_indexes(plans: list[Plan]) -> None:
    read = [node for plan in plans for node in nodes(plan) if node.get("Relation Name") in BIG]
    assert read
    for node in read:
        assert node["Node Type"] != "Seq Scan", node
        if node["Node Type"] in {"Index Scan", "Index Only Scan"}:
            assert "Index Cond" in node, node
