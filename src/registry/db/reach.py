"""Reach: which organisations may see a person, because of which record, and until when."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

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
    until = None if ended_on is None else ended_on + linger
    earlier = update(ReachRow).where(col(ReachRow.person_id) == person_id, col(ReachRow.record_id) == record_id)
    await session.exec(earlier.where(col(ReachRow.until_on).is_(None)).values(until_on=from_on))
    if organisation_id is None:
        return
    opened = insert(ReachRow).values(
        person_id=person_id,
        organisation_id=organisation_id,
        because=because,
        record_id=record_id,
        unit_id=unit_id,
        from_on=from_on,
        until_on=until,
    )
    await session.exec(
        opened.on_conflict_do_update(constraint="pk_reach", set_={"from_on": from_on, "until_on": until})
    )
