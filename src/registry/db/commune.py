"""Activities and numbers of people: their lists."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import visible
from registry.db.tables.commune import ActivityRow, CommunePopulationRow
from registry.domain.access import Scope
from registry.domain.activity import ActivityKind
from registry.domain.record import RecordState


async def activities(
    session: AsyncSession,
    *,
    kind: ActivityKind | None,
    first: date | None,
    last: date | None,
    units: tuple[int, ...] | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[date, UUID] | None,
) -> Sequence[ActivityRow]:
    """Load activities by their day, the oldest first; one row more than `limit` tells of a next page."""
    row = ActivityRow
    order = (col(row.dated_on), col(row.id))
    query = select(row).where(visible(row, scope, today=today), row.state == RecordState.ACTIVE)
    if kind is not None:
        query = query.where(row.kind == kind)
    if first is not None:
        query = query.where(col(row.dated_on) >= first)
    if last is not None:
        query = query.where(col(row.dated_on) <= last)
    if units is not None:
        query = query.where(col(row.unit_id).in_(units))
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return (await session.exec(query.order_by(*order).limit(limit + 1))).all()


async def populations(
    session: AsyncSession,
    *,
    year: int | None,
    units: tuple[int, ...] | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[int, UUID] | None,
) -> Sequence[CommunePopulationRow]:
    """Load numbers of people by their year, the oldest first; one row more than `limit` tells of a next page."""
    row = CommunePopulationRow
    order = (col(row.year), col(row.id))
    query = select(row).where(visible(row, scope, today=today), row.state == RecordState.ACTIVE)
    if year is not None:
        query = query.where(row.year == year)
    if units is not None:
        query = query.where(col(row.unit_id).in_(units))
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return (await session.exec(query.order_by(*order).limit(limit + 1))).all()
