"""Accompaniments and visits: every query on the tables."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import listed, visible
from registry.db.tables.accompaniment import AccompanimentRow, VisitRow
from registry.db.tables.persons import PersonRow
from registry.domain.access import Scope
from registry.domain.record import RecordState


class Place(NamedTuple):
    """Where a page of accompaniments begins."""

    from_on: date
    person_id: UUID
    id: UUID


async def is_visited(session: AsyncSession, person_id: UUID, accompaniment_id: UUID) -> bool:
    """Whether visits rest on an accompaniment. The caller has checked the scope."""
    query = select(VisitRow.id).where(
        VisitRow.person_id == person_id,
        VisitRow.accompaniment_id == accompaniment_id,
        VisitRow.state == RecordState.ACTIVE,
    )
    return (await session.exec(query.limit(1))).first() is not None


async def page(
    session: AsyncSession,
    *,
    units: tuple[int, ...] | None,
    organisation_id: UUID | None,
    worker_id: UUID | None,
    on: date | None,
    scope: Scope,
    today: date,
    limit: int,
    after: Place | None,
) -> Sequence[AccompanimentRow]:
    """Load accompaniments across people, the oldest first; one row more than `limit` tells of a next page."""
    row = AccompanimentRow
    query = (
        select(row)
        .join(PersonRow, col(PersonRow.id) == col(row.person_id))
        .where(visible(row, scope, today=today), listed(scope))
        .where(row.state == RecordState.ACTIVE, PersonRow.state == RecordState.ACTIVE)
    )
    if units is not None:
        query = query.where(col(row.unit_id).in_(units))
    if organisation_id is not None:
        query = query.where(row.organisation_id == organisation_id)
    if worker_id is not None:
        query = query.where(row.worker_id == worker_id)
    if on is not None:
        query = query.where(row.from_on <= on, or_(col(row.to_on).is_(None), col(row.to_on) > on))
    order = (col(row.from_on), col(row.person_id), col(row.id))
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return (await session.exec(query.order_by(*order).limit(limit + 1))).all()
