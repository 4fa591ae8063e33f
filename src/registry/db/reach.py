"""Reach: which organisations may see a person, because of which record, and until when."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Date, Integer, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import feed, trail
from registry.db.tables.situation import ReachRow
from registry.domain.organisation import ReachReason
from registry.domain.record import FeedOperation

_TELL_OF_ENDED = text("SELECT app.tell_of_ended_reach(:today)").bindparams(bindparam("today", type_=Date))

_FOLLOW_CLOSING = text("SELECT app.follow_closing(:organisation, :former, :closed, :linger, :today)").bindparams(
    *(bindparam(name, type_=Date) for name in ("former", "closed", "today")),
    bindparam("organisation", type_=Uuid),
    bindparam("linger", type_=Integer),
)


def last_day(ended_on: date | None, linger: timedelta) -> date | None:
    """Tell until when a reach lasts that lingers after an end; an end too near the calendar's own is none."""
    return None if ended_on is None or ended_on > date.max - linger else ended_on + linger


async def follow(
    session: AsyncSession,
    *,
    person_id: UUID,
    unit_id: int,
    because: ReachReason,
    record_id: UUID,
    organisation_id: UUID | None,
    from_on: date,
    ended_on: date | None,
    linger: timedelta,
) -> None:
    """Keep the reach that a record opens in step with it: one organisation, until `linger` after its end."""
    before = await _in_force(session, person_id, today=from_on)
    await _end(session, person_id=person_id, record_id=record_id, today=from_on)
    if organisation_id is not None:
        opened = insert(ReachRow).values(
            person_id=person_id,
            organisation_id=organisation_id,
            because=because,
            record_id=record_id,
            unit_id=unit_id,
            from_on=from_on,
            until_on=last_day(ended_on, linger),
        )
        anew = {"until_on": opened.excluded.until_on, "is_over": False}
        await session.exec(opened.on_conflict_do_update(constraint="pk_reach", set_=anew))
    await _tell(session, person_id, before, await _in_force(session, person_id, today=from_on))


async def withdraw(session: AsyncSession, *, person_id: UUID, record_id: UUID | None, today: date) -> None:
    """End at once what a record opened: it was voided, or names another organisation now. None: all of a person."""
    before = await _in_force(session, person_id, today=today)
    await _end(session, person_id=person_id, record_id=record_id, today=today)
    await _tell(session, person_id, before, await _in_force(session, person_id, today=today))


async def follow_closing(
    session: AsyncSession,
    organisation_id: UUID,
    *,
    former: date | None,
    closed_on: date | None,
    linger: timedelta,
    today: date,
) -> None:
    """Let the reach of an organisation end with it, or go on again where a former last day had ended it.

    Past every policy: the people may live in other units than the one that closes it, whose officers see none of them.
    """
    days = {"former": former, "closed": closed_on, "today": today}
    asked = {"organisation": organisation_id, "linger": linger.days, **days}
    await (await session.connection()).execute(_FOLLOW_CLOSING, asked)


async def tell_of_ended(session: AsyncSession, *, today: date) -> None:
    """Tell organisations of people whom they have ceased to reach by the mere passing of time. For the worker."""
    await (await session.connection()).execute(_TELL_OF_ENDED, {"today": today})


async def standing(
    session: AsyncSession, *, person_id: UUID, record_id: UUID, organisation_id: UUID, today: date
) -> ReachRow | None:
    """Load the reach that a record lets an organisation have today."""
    row = ReachRow
    query = select(row).where(row.person_id == person_id, row.organisation_id == organisation_id)
    return (await session.exec(query.where(row.record_id == record_id, trail.in_force(today)))).one_or_none()


async def of_person(session: AsyncSession, person_id: UUID) -> Sequence[ReachRow]:
    """Load every reach of a person, the oldest first. The caller has checked the scope."""
    query = select(ReachRow).where(ReachRow.person_id == person_id)
    return (await session.exec(query.order_by(col(ReachRow.from_on), col(ReachRow.record_id)))).all()


async def _end(session: AsyncSession, *, person_id: UUID, record_id: UUID | None, today: date) -> None:
    opened = update(ReachRow).where(col(ReachRow.person_id) == person_id, trail.in_force(today))
    if record_id is not None:
        opened = opened.where(col(ReachRow.record_id) == record_id)
    await session.exec(opened.values(until_on=today - timedelta(days=1)))


Opened = set[tuple[UUID, UUID]]
"""Organisations that reach a person, with the records that let them."""


async def _in_force(session: AsyncSession, person_id: UUID, *, today: date) -> Opened:
    query = select(ReachRow.organisation_id, ReachRow.record_id).where(
        ReachRow.person_id == person_id, trail.in_force(today)
    )
    return set((await session.exec(query)).all())


async def _tell(session: AsyncSession, person_id: UUID, before: Opened, after: Opened) -> None:
    """Tell organisations that come or go of the person, and one that stays of a record that is not its own any more."""
    had, have = ({organisation for organisation, _ in each} for each in (before, after))
    for organisation_id in sorted(had - have):
        await feed.come_or_go(session, FeedOperation.LEAVE, person_id=person_id, organisation_id=organisation_id)
    for organisation_id in sorted(have - had):
        await feed.come_or_go(session, FeedOperation.ENTER, person_id=person_id, organisation_id=organisation_id)
    for organisation_id, record_id in sorted(pair for pair in before - after if pair[0] in have):
        await feed.take_own_away(session, person_id=person_id, record_id=record_id, organisation_id=organisation_id)
