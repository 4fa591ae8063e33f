"""Counselling sessions: their list, and whether attendances rest on one."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import visible
from registry.db.tables.counselling import AttendanceRow, CounsellingSessionRow
from registry.domain.access import Scope
from registry.domain.record import RecordState


async def page(
    session: AsyncSession,
    *,
    organisation_id: UUID | None,
    units: tuple[int, ...] | None,
    first: date | None,
    last: date | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[date, UUID] | None,
) -> Sequence[CounsellingSessionRow]:
    """Load sessions held from one day to another, the oldest first; one more than `limit` tells of a next page."""
    row = CounsellingSessionRow
    query = select(row).where(visible(row, scope, today=today), row.state == RecordState.ACTIVE)
    if organisation_id is not None:
        query = query.where(row.organisation_id == organisation_id)
    if units is not None:
        query = query.where(col(row.unit_id).in_(units))
    if first is not None:
        query = query.where(row.held_on >= first)
    if last is not None:
        query = query.where(row.held_on <= last)
    if after is not None:
        query = query.where(tuple_(col(row.held_on), col(row.id)) > after)
    return (await session.exec(query.order_by(col(row.held_on), col(row.id)).limit(limit + 1))).all()


async def is_attended(session: AsyncSession, session_id: UUID, *, scope: Scope, today: date) -> bool:
    """Whether somebody in reach is recorded as having attended."""
    row = AttendanceRow
    query = select(row.id).where(
        visible(row, scope, today=today), row.session_id == session_id, row.state == RecordState.ACTIVE
    )
    return (await session.exec(query.limit(1))).one_or_none() is not None
