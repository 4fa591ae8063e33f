"""Decisions on communes and reported counts: their lists."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import visible
from registry.db.tables.situation import CommuneStatusRow, SuspectedCountRow
from registry.domain.access import Scope
from registry.domain.record import RecordState

R = TypeVar("R", CommuneStatusRow, SuspectedCountRow)


async def page(
    session: AsyncSession,
    table: type[R],
    *,
    units: tuple[int, ...] | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[date, UUID] | None,
) -> Sequence[R]:
    """Load records by their date, the oldest first; one row more than `limit` tells of a next page."""
    day = dated_by(table)
    query = select(table).where(visible(table, scope, today=today), table.state == RecordState.ACTIVE)
    if units is not None:
        query = query.where(col(table.unit_id).in_(units))
    if after is not None:
        query = query.where(tuple_(day, col(table.id)) > after)
    return (await session.exec(query.order_by(day, col(table.id)).limit(limit + 1))).all()


def dated_by(table: type[CommuneStatusRow | SuspectedCountRow]) -> Mapped[date]:
    """The date that orders a kind of record."""
    return col(table.from_on if issubclass(table, CommuneStatusRow) else table.counted_on)
