"""The feed beside the row of each write: audiences that a record comes to or goes from are told of it."""

from typing import TypeAlias
from uuid import UUID

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import context, feed, records
from registry.db.tables.columns import OfPerson
from registry.db.tables.medical import MedicalReferralRow, MedicalResultRow
from registry.db.tables.persons import PersonRow
from registry.db.tables.trail import ChangeFeedRow, UnitRecordHistoryRow
from registry.domain.access import UnitScope
from registry.domain.record import FeedOperation
from tests.factories.rows import (
    ACT,
    HERE,
    SEALED,
    THERE,
    TODAY,
    a_document_row,
    a_file_row,
    a_person_row,
    a_reach_row,
    a_status_row,
    an_episode_row,
    an_organisation_row,
    kept,
    recorded,
)

Told: TypeAlias = tuple[int | UUID | None, str, UUID, str, int]


async def told(session: AsyncSession) -> list[Told]:
    """Everything in the feed, in its order: audience, entity, record, operation, version."""
    query = select(ChangeFeedRow).order_by(col(ChangeFeedRow.xid), col(ChangeFeedRow.seq))
    rows = (await session.exec(query)).all()
    return [(row.unit_id or row.organisation_id, row.entity, row.record_id, row.op.value, row.version) for row in rows]


async def moved(session: AsyncSession, person: PersonRow) -> None:
    person.unit_id = THERE
    await kept(session, person)
    await context.enter(session, UnitScope((HERE, THERE)), today=TODAY)
    await feed.move(session, person_id=person.id, from_unit=HERE, to_unit=THERE)


class TestMove:
    async def test_the_old_unit_loses_and_the_new_one_gets_every_record_the_person_first(
        self, session: AsyncSession
    ) -> None:
        person, other = a_person_row(version=3), a_person_row()
        file, document = a_file_row(person, version=2), a_document_row(person)
        await kept(session, person, other, file, document, a_file_row(other))

        await moved(session, person)

        records_of = [("person", person.id, 3), ("identity_document", document.id, 1), ("management_file", file.id, 2)]
        await context.enter(session, UnitScope((HERE,)), today=TODAY)
        assert await told(session) == [
            (HERE, entity, record, "leave", version) for entity, record, version in records_of
        ]
        await context.enter(session, UnitScope((THERE,)), today=TODAY)
        assert await told(session) == [
            (THERE, entity, record, "enter", version) for entity, record, version in records_of
        ]

    @pytest.mark.parametrize("table", [MedicalResultRow, MedicalReferralRow])
    async def test_nobody_is_told_of_what_is_medical(
        self, session: AsyncSession, table: type[MedicalResultRow | MedicalReferralRow]
    ) -> None:
        person = a_person_row()
        record = table(**recorded(), person_id=person.id, unit_id=HERE, content=SEALED)
        await kept(session, person, record)

        await moved(session, person)

        assert record.id not in {record for _, _, record, _, _ in await told(session)}

    @pytest.mark.parametrize("table", OfPerson.__subclasses__(), ids=lambda table: table.__name__)
    def test_every_table_of_a_person_s_records_is_told_of_but_those_of_health(self, table: type[OfPerson]) -> None:
        named = f"'{table.__tablename__}'" in str(feed._moved())

        assert named is (table not in {MedicalResultRow, MedicalReferralRow})


async def test_an_erasure_is_told_of_every_record(session: AsyncSession) -> None:
    person, clinic = a_person_row(), an_organisation_row()
    file, episode = a_file_row(person), an_episode_row(person)
    await kept(session, person, clinic)
    episode.provider_id = clinic.id
    await kept(session, file, episode, a_reach_row(person, clinic))

    await feed.erase(session, person_id=person.id, unit_id=HERE, today=TODAY)

    assert await told(session) == [
        (HERE, "episode", episode.id, "erase", 1),
        (HERE, "management_file", file.id, "erase", 1),
        (clinic.id, "episode", episode.id, "erase", 1),
    ]


async def test_an_organisation_is_told_of_the_person_and_its_own_episodes(session: AsyncSession) -> None:
    person, clinic, other = a_person_row(), an_organisation_row(), an_organisation_row()
    await kept(session, person, clinic, other, a_file_row(person))
    theirs, foreign = (an_episode_row(person, provider_id=each.id, ended_on=TODAY, outcome="completed")
                       for each in (clinic, other))  # fmt: skip
    await kept(session, theirs, foreign)

    await feed.come_or_go(session, FeedOperation.ENTER, person_id=person.id, organisation_id=clinic.id)

    assert await told(session) == [
        (clinic.id, "person", person.id, "enter", 1),
        (clinic.id, "episode", theirs.id, "enter", 1),
    ]


async def test_a_unit_record_corrected_to_another_commune_leaves_the_first_with_its_history(
    session: AsyncSession,
) -> None:
    status = a_status_row()
    await kept(session, status)
    await records.change(session, status, {"issuer": "UBND tỉnh"}, ACT, groups=(), today=TODAY)

    await records.change(session, status, {"unit_id": THERE}, ACT, groups=(), today=TODAY)

    assert await told(session) == [
        (HERE, "commune_status", status.id, "upsert", 2),
        (THERE, "commune_status", status.id, "upsert", 3),
        (HERE, "commune_status", status.id, "leave", 3),
    ]
    history = select(UnitRecordHistoryRow.version, UnitRecordHistoryRow.unit_id).order_by(
        col(UnitRecordHistoryRow.version)
    )
    assert (await session.exec(history)).all() == [(1, THERE), (2, THERE)]
