"""The queries on which everybody waits, each as the service asks it, about somebody in a crowd."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import (
    accompaniments,
    aftercare,
    audit,
    completed_courses,
    context,
    counselling,
    duplicates,
    education,
    emergency,
    line_lists,
    organisations,
    pages,
    persons,
    records,
    replica,
    tasks,
    told,
)
from registry.db import episodes as episode_rows
from registry.db.accompaniments import BY_DAY_AND_PERSON
from registry.db.audit import AuditFilter
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
from tests.db.crowd import LOOKS

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
    return await audit.page(session, AuditFilter(persons=(SOMEBODY,)), limit=LOOKS, after=None)


async def audited_by_officer(session: AsyncSession, _: Scope) -> object:
    return await audit.page(session, AuditFilter(officer="s1"), limit=50, after=None)


async def accesses(session: AsyncSession, _: Scope) -> object:
    return await audit.page_of_human(session, [SOMEBODY], limit=LOOKS, after=None)


async def accesses_of_merged(session: AsyncSession, _: Scope) -> object:
    entries = [_id_of(str(n)) for n in range(1, 4)]
    return await audit.page_of_human(session, entries, limit=LOOKS, after=None)


async def alike(session: AsyncSession, _: Scope) -> object:
    groups = [hashlib.sha256(f"k{n}".encode()).digest() for n in (1, 2)]
    return await duplicates.alike(session, uuid4(), keys=groups, numbers=(NUMBER,))


async def in_emergency(session: AsyncSession, _: Scope) -> object:
    await context.act_in_emergency(session, caller="x")
    return await emergency.find_person(session, person_id=None, indexes=(NUMBER,))


async def all_episodes(session: AsyncSession, _: Scope) -> object:
    return await episode_rows.of_root(session, SOMEBODY)


async def all_aftercare(session: AsyncSession, _: Scope) -> object:
    return await aftercare.of_root(session, SOMEBODY)


async def is_unattended(session: AsyncSession, _: Scope) -> object:
    return not await counselling.is_attended(session, uuid4())


async def is_free(session: AsyncSession, _: Scope) -> object:
    return not await organisations.is_in_use(session, uuid4())


async def first_body(session: AsyncSession, _: Scope) -> object:
    return await records.find(session, EpisodeRow, Key(SOMEBODY, SOMEBODY))


HOT = (
    *(roster, second_page, by_name, by_number, files, episodes, get, get_of_person, lock, of_person),
    *(changes, changes_of_a_commune, copy, load, hold),
    *(courses, measures, accompanied, accompanied_in_a_commune, accompanied_by_a_worker, visits),
    *(attended, referred, inbox, audited, audited_by_officer, accesses, accesses_of_merged),
)
ORGANISATIONS_TOO = (roster, episodes, get, get_of_person, lock, of_person, changes, inbox)
PAST_POLICIES = (alike, in_emergency, all_episodes, all_aftercare, is_unattended, is_free, first_body)
"""Asked of functions that look past the policies."""
