"""Breaches of data protection: their list."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import visible
from registry.db.tables.rights import BreachRow
from registry.domain.access import Scope
from registry.domain.breach import BreachStatus
from registry.domain.record import RecordState


async def page(
    session: AsyncSession,
    *,
    status: BreachStatus | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> Sequence[BreachRow]:
    """Load breaches by their detection, the oldest first; one row more than `limit` tells of a next page."""
    order = (col(BreachRow.detected_at), col(BreachRow.id))
    query = select(BreachRow).where(visible(BreachRow, scope, today=today), BreachRow.state == RecordState.ACTIVE)
    if status is not None:
        query = query.where(BreachRow.status == status)
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return (await session.exec(query.order_by(*order).limit(limit + 1))).all()
