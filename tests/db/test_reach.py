"""Reach: it follows the record that opens it, and ends with it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import reach
from registry.db.tables.persons import PersonRow
from registry.db.tables.situation import OrganisationRow, ReachRow
from registry.domain.organisation import ReachReason
from tests.factories.rows import TODAY, a_person_row, an_organisation_row, kept

RECORD = uuid4()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
async def person(session: AsyncSession) -> PersonRow:
    row = a_person_row()
    await kept(session, row)
    return row


@pytest.fixture
async def organisation(session: AsyncSession) -> OrganisationRow:
    row = an_organisation_row()
    await kept(session, row)
    return row


async def follow(
    session: AsyncSession,
    person: PersonRow,
    organisation: OrganisationRow | None,
    *,
    ended_on: date | None = None,
    on: date = TODAY,
) -> None:
    await reach.follow(
        session,
        person_id=person.id,
        unit_id=person.unit_id,
        because=ReachReason.EPISODE,
        record_id=RECORD,
        organisation_id=None if organisation is None else organisation.id,
        from_on=on,
        ended_on=ended_on,
        linger=timedelta(days=90),
    )


async def reached(session: AsyncSession, person: PersonRow) -> dict[UUID, tuple[date, date | None]]:
    query = select(ReachRow).where(ReachRow.person_id == person.id).execution_options(populate_existing=True)
    return {row.organisation_id: (row.from_on, row.until_on) for row in (await session.exec(query)).all()}


async def test_an_open_record_opens_the_reach_without_an_end(
    session: AsyncSession, person: PersonRow, organisation: OrganisationRow
) -> None:
    await follow(session, person, organisation)

    assert await reached(session, person) == {organisation.id: (TODAY, None)}


async def test_it_lingers_after_the_end(
    session: AsyncSession, person: PersonRow, organisation: OrganisationRow
) -> None:
    await follow(session, person, organisation, ended_on=date(2026, 11, 1))

    assert await reached(session, person) == {organisation.id: (TODAY, date(2027, 1, 30))}


@pytest.mark.parametrize(
    ("ended_on", "until"), [(date(9999, 10, 2), date.max), (date(9999, 10, 3), None), (date.max, None)]
)
async def test_an_end_too_near_the_calendar_s_own_is_none(
    session: AsyncSession, person: PersonRow, organisation: OrganisationRow, ended_on: date, until: date | None
) -> None:
    await follow(session, person, organisation, ended_on=ended_on)

    assert await reached(session, person) == {organisation.id: (TODAY, until)}


async def test_a_record_without_an_organisation_opens_nothing(session: AsyncSession, person: PersonRow) -> None:
    await follow(session, person, None)

    assert await reached(session, person) == {}


async def test_it_keeps_its_first_day_through_every_correction(
    session: AsyncSession, person: PersonRow, organisation: OrganisationRow
) -> None:
    await follow(session, person, organisation, on=date(2026, 1, 1))
    await follow(session, person, organisation, on=TODAY)

    assert await reached(session, person) == {organisation.id: (date(2026, 1, 1), None)}


@pytest.mark.parametrize("ended_on", [None, date(2026, 11, 1)], ids=["while it is open", "after its end"])
async def test_it_passes_to_the_organisation_that_the_record_names_now(
    session: AsyncSession, person: PersonRow, organisation: OrganisationRow, ended_on: date | None
) -> None:
    other = an_organisation_row()
    await kept(session, other)
    await follow(session, person, organisation, ended_on=ended_on)

    await follow(session, person, other, ended_on=ended_on)

    until = None if ended_on is None else ended_on + timedelta(days=90)
    assert await reached(session, person) == {organisation.id: (TODAY, YESTERDAY), other.id: (TODAY, until)}


async def test_it_is_withdrawn_at_once(session: AsyncSession, person: PersonRow, organisation: OrganisationRow) -> None:
    await follow(session, person, organisation)

    await reach.withdraw(session, person_id=person.id, record_id=RECORD, today=TODAY)

    assert await reached(session, person) == {organisation.id: (TODAY, YESTERDAY)}


async def test_what_has_ended_before_is_not_ended_again(
    session: AsyncSession, person: PersonRow, organisation: OrganisationRow
) -> None:
    await follow(session, person, organisation, ended_on=date(2026, 1, 1))
    before: dict[UUID, Any] = await reached(session, person)

    await reach.withdraw(session, person_id=person.id, record_id=RECORD, today=TODAY)

    assert await reached(session, person) == before


async def test_another_record_s_reach_stays(
    session: AsyncSession, person: PersonRow, organisation: OrganisationRow
) -> None:
    await follow(session, person, organisation)

    await reach.withdraw(session, person_id=person.id, record_id=uuid4(), today=TODAY)

    assert await reached(session, person) == {organisation.id: (TODAY, None)}


async def test_what_is_opened_again_will_be_told_of_again(
    session: AsyncSession, person: PersonRow, organisation: OrganisationRow
) -> None:
    await follow(session, person, organisation, ended_on=date(2026, 1, 1))
    await reach.tell_of_ended(session, today=TODAY)
    told = select(ReachRow.is_over).where(ReachRow.person_id == person.id)
    assert (await session.exec(told)).one() is True

    await follow(session, person, organisation)

    assert (await session.exec(told)).one() is False
