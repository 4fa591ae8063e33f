"""Organisations with a table of their own: their lists."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import visible
from registry.db.tables.network import OwnOrganisation
from registry.domain.access import Scope
from registry.domain.record import RecordState

R = TypeVar("R", bound=OwnOrganisation)


async def page(
    session: AsyncSession,
    table: type[R],
    *,
    units: tuple[int, ...] | None,
    on: date | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[str, UUID] | None,
) -> Sequence[R]:
    """Load those of a unit, at work on a day, in Vietnamese order; one row more than `limit` tells of a next page."""
    query = select(table).where(visible(table, scope, today=today), table.state == RecordState.ACTIVE)
    if units is not None:
        query = query.where(col(table.unit_id).in_(units))
    if on is not None:
        query = query.where(table.opened_on <= on, or_(col(table.closed_on).is_(None), col(table.closed_on) >= on))
    if after is not None:
        query = query.where(tuple_(col(table.sort_key), col(table.id)) > after)
    return (await session.exec(query.order_by(col(table.sort_key), col(table.id)).limit(limit + 1))).all()


async def standing_in(session: AsyncSession, table: type[R], unit_id: int, *, without: UUID) -> Sequence[R]:
    """Load those that are placed in a unit today, but for one. The caller has checked the scope."""
    query = select(table).where(table.unit_id == unit_id, table.state == RecordState.ACTIVE, table.id != without)
    return (await session.exec(query)).all()
