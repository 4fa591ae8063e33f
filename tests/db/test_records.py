"""Records in the database: found within a scope, added once, changed with history and trail."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import history, pages, records
from registry.db.pages import Window, by_day
from registry.db.records import AnyRow, Key, Stub
from registry.db.tables.cases import EpisodeRow, ManagementFileRow
from registry.db.tables.persons import PersonRow
from registry.db.tables.situation import CommuneStatusRow, OrganisationRow
from registry.db.tables.trail import AuditEventRow, ChangeFeedRow, RecordHistoryRow, UnitRecordHistoryRow
from registry.domain.access import FieldGroup, OrganisationScope, Scope, UnitScope
from registry.domain.record import RecordState
from tests.factories.rows import (
    ACT,
    HERE,
    SEALED,
    THERE,
    TODAY,
    a_file_row,
    a_person_row,
    a_reach_row,
    a_status_row,
    an_episode_row,
    an_organisation_row,
    kept,
)

IN_REACH: Scope = UnitScope((HERE,))
OUT_OF_REACH: Scope = UnitScope((THERE,))


def key_of(row: AnyRow) -> Key:
    return Key(row.id, getattr(row, "person_id", None))


async def seen(session: AsyncSession, row: AnyRow, scope: Scope) -> bool:
    """Whether reading and locking find a record; they must agree."""
    got = await records.get(session, type(row), key_of(row), scope=scope, today=TODAY)
    locked = await records.lock(session, type(row), key_of(row), scope=scope, today=TODAY)
    assert (got is None) is (locked is None)
    return got is not None


class TestUnits:
    async def test_a_record_is_found_in_its_unit_only(self, session: AsyncSession) -> None:
        person = a_person_row()
        file, status = a_file_row(person), a_status_row()
        await kept(session, person, file, status)

        for row in (person, file, status):
            assert await seen(session, row, IN_REACH)
            assert await seen(session, row, UnitScope((HERE, THERE)))
            assert not await seen(session, row, OUT_OF_REACH)
            assert not await seen(session, row, UnitScope(()))

    async def test_a_record_follows_the_person_s_unit(self, session: AsyncSession) -> None:
        person = a_person_row()
        file, episode = a_file_row(person), an_episode_row(person)
        await kept(session, person, file, episode)

        person.unit_id = THERE
        await kept(session, person)

        for row in (person, file, episode):
            await session.refresh(row)
            assert row.unit_id == THERE
            assert await seen(session, row, OUT_OF_REACH)

    async def test_a_record_is_found_under_its_own_person_only(self, session: AsyncSession) -> None:
        person, other = a_person_row(), a_person_row()
        file = a_file_row(person)
        await kept(session, person, other, file)

        found = await records.find(session, ManagementFileRow, Key(file.id, person.id))
        assert found == Stub(file.id, file.version, RecordState.ACTIVE, file.fingerprint)
        assert await records.find(session, ManagementFileRow, Key(file.id, other.id)) is None

    async def test_what_is_looked_for_by_its_id_alone_is_found_anywhere(self, session: AsyncSession) -> None:
        person = a_person_row(unit_id=THERE)
        await kept(session, person)

        found = await records.find(session, PersonRow, Key(person.id))
        assert found == Stub(person.id, person.version, RecordState.ACTIVE, person.fingerprint)


class TestOrganisations:
    async def test_an_organisation_finds_whom_it_reaches_and_its_own_episodes(self, session: AsyncSession) -> None:
        ours, theirs, person, stranger = an_organisation_row(), an_organisation_row(), a_person_row(), a_person_row()
        await kept(session, ours, theirs, person, stranger)
        own = an_episode_row(person, provider_id=ours.id)
        other = an_episode_row(person, provider_id=theirs.id, ended_on=date(2020, 4, 1), outcome="completed")
        file = a_file_row(person)
        await kept(session, own, other, file, a_reach_row(person, ours))
        scope = OrganisationScope((ours.id,))

        assert [await seen(session, row, scope) for row in (person, own)] == [True, True]
        assert [await seen(session, row, scope) for row in (stranger, other, file)] == [False, False, False]

    @pytest.mark.parametrize(
        ("until_on", "reached"),
        [
            pytest.param(None, True, id="without an end"),
            pytest.param(TODAY, True, id="until today"),
            pytest.param(date(2026, 11, 20), False, id="until yesterday"),
        ],
    )
    async def test_a_reach_holds_to_its_last_day(
        self, session: AsyncSession, until_on: date | None, *, reached: bool
    ) -> None:
        organisation, person = an_organisation_row(), a_person_row()
        await kept(session, organisation, person, a_reach_row(person, organisation, until_on=until_on))
        episode = an_episode_row(person, provider_id=organisation.id)
        await kept(session, episode)

        scope = OrganisationScope((organisation.id,))
        assert [await seen(session, row, scope) for row in (person, episode)] == [reached, reached]

    async def test_the_directory_is_open_to_every_scope(self, session: AsyncSession) -> None:
        organisation = an_organisation_row()
        await kept(session, organisation)

        for scope in (OUT_OF_REACH, UnitScope(()), OrganisationScope((uuid4(),))):
            assert await records.get(session, OrganisationRow, Key(organisation.id), scope=scope, today=TODAY)

    async def test_an_organisation_finds_nothing_of_a_unit(self, session: AsyncSession) -> None:
        organisation, status = an_organisation_row(), a_status_row()
        await kept(session, organisation, status)

        assert not await seen(session, status, OrganisationScope((organisation.id,)))


class TestAdd:
    async def test_an_id_is_taken_once(self, session: AsyncSession) -> None:
        person = a_person_row()
        await kept(session, person)
        file = a_file_row(person)
        groups = (FieldGroup.FILE,)

        assert await records.add(session, file, ACT, groups=groups, today=TODAY) is None
        holder = await records.add(session, a_file_row(person, id=file.id), ACT, groups=groups, today=TODAY)
        assert holder == Stub(file.id, 1, RecordState.ACTIVE, file.fingerprint)
        assert len(await trail(session, ChangeFeedRow, file)) == 1
        assert len(await trail(session, AuditEventRow, file)) == 1


class TestChange:
    @pytest.mark.parametrize("kind", ["person", "file", "status"])
    async def test_the_former_state_goes_to_the_history(self, session: AsyncSession, kind: str) -> None:
        person = a_person_row()
        rows: dict[str, AnyRow] = {"person": person, "file": a_file_row(person), "status": a_status_row()}
        await kept(session, *rows.values())
        row = rows[kind]
        before = records.state_of(row)

        reason = "x" if kind == "status" else SEALED
        await records.change(session, row, {"void_reason": reason}, ACT, groups=(), today=TODAY)

        (former,) = await history.of_record(session, type(row), key_of(row))
        assert (former.version, former.state, former.unit_id) == (1, before, HERE)
        assert (former.changed_at, former.changed_by) == (row.recorded_at, ACT.author)
        assert (row.version, row.void_reason) == (2, reason)
        table = UnitRecordHistoryRow if kind == "status" else RecordHistoryRow
        assert len((await session.exec(select(table).where(col(table.id) == row.id))).all()) == 1

    async def test_a_state_holds_every_column_but_keyed_bytes_and_the_unit(self, session: AsyncSession) -> None:
        person = a_person_row()
        await kept(session, person)

        kept_back = {"fingerprint", "unit_id"}
        assert set(records.state_of(person)) == set(PersonRow.model_fields) - kept_back

    async def test_the_trail_tells_what_happened(self, session: AsyncSession) -> None:
        person = a_person_row()
        file = a_file_row(person)
        await kept(session, person, file)

        await records.change(session, file, {"issuer": "x"}, ACT, groups=(FieldGroup.FILE,), today=TODAY)
        await records.change(session, file, {"state": RecordState.VOIDED}, ACT, groups=(FieldGroup.FILE,), today=TODAY)

        assert [(row.op, row.version, row.unit_id) for row in await trail(session, ChangeFeedRow, file)] == [
            ("upsert", 2, HERE),
            ("void", 3, HERE),
        ]
        assert [row.person_ids for row in await trail(session, AuditEventRow, file)] == [[person.id], [person.id]]


class TestPageOfPerson:
    async def test_one_person_s_records_the_oldest_first_without_voided_ones(self, session: AsyncSession) -> None:
        person, other = a_person_row(), a_person_row()
        await kept(session, person, other)
        days = [date(2020, month, 1) for month in (3, 1, 2)]
        ended: dict[str, Any] = {"ended_on": date(2020, 6, 1), "outcome": "completed"}
        episodes = [an_episode_row(person, registered_on=day, **ended) for day in days]
        voided = an_episode_row(person, registered_on=days[0], state=RecordState.VOIDED, **ended)
        await kept(session, *episodes, voided, an_episode_row(other))

        async def page(limit: int, after: EpisodeRow | None) -> list[EpisodeRow]:
            window = Window(order, IN_REACH, TODAY, limit, after=order.key_of(after) if after else None)
            return list(await pages.page(session, EpisodeRow, window, person_id=person.id))

        order = by_day("registered_on")
        assert [row.registered_on for row in await page(9, None)] == sorted(days)
        first = await page(1, None)
        assert [row.registered_on for row in first] == sorted(days)[:2]
        assert [row.registered_on for row in await page(9, first[0])] == sorted(days)[1:]


async def trail(session: AsyncSession, table: type[Any], row: AnyRow) -> list[Any]:
    return list((await session.exec(select(table).where(table.record_id == row.id).order_by(table.seq))).all())


def test_the_name_of_a_kind_is_its_table_s() -> None:
    assert records.entity_of(CommuneStatusRow) == "commune_status"
