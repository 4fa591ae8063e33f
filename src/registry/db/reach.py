"""Reach: which organisations may see a person, because of which record, and until when."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import trail
from registry.db.tables.situation import ReachRow
from registry.domain.organisation import ReachReason


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
    await withdraw(session, person_id=person_id, record_id=record_id, today=from_on)
    if organisation_id is None:
        return
    opened = insert(ReachRow).values(
        person_id=person_id,
        organisation_id=organisation_id,
        because=because,
        record_id=record_id,
        unit_id=unit_id,
        from_on=from_on,
        until_on=None if ended_on is None else ended_on + linger,
    )
    await session.exec(opened.on_conflict_do_update(constraint="pk_reach", set_={"until_on": opened.excluded.until_on}))


async def withdraw(session: AsyncSession, *, person_id: UUID, record_id: UUID | None, today: date) -> None:
    """End at once what a record opened: it was voided, or names another organisation now. None: all of a person."""
    opened = update(ReachRow).where(col(ReachRow.person_id) == person_id, trail.in_force(today))
    if record_id is not None:
        opened = opened.where(col(ReachRow.record_id) == record_id)
    await session.exec(opened.values(until_on=today - timedelta(days=1)))


async def of_person(session: AsyncSession, person_id: UUID) -> Sequence[ReachRow]:
    """Load every reach of a person, the oldest first. The caller has checked the scope."""
    query = select(ReachRow).where(ReachRow.person_id == person_id)
    return (await session.exec(query.order_by(col(ReachRow.from_on), col(ReachRow.record_id)))).all()
