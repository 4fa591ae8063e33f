"""Line lists: records across people, in Vietnamese order of the names."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import listed, visible
from registry.db.tables.aftercare import AftercareRow
from registry.db.tables.cases import EpisodeRow, ManagementFileRow
from registry.db.tables.columns import OfPerson
from registry.db.tables.persons import PersonRow
from registry.domain.access import Scope
from registry.domain.record import RecordState

R = TypeVar("R", bound=OfPerson)
Dated = TypeVar("Dated", EpisodeRow, ManagementFileRow, AftercareRow)


class LineStatus(StrEnum):
    """Whether a record was open or ended on the day."""

    OPEN = "open"
    ENDED = "ended"


async def page(
    session: AsyncSession,
    table: type[Dated],
    *conditions: ColumnElement[bool],
    status: LineStatus | None,
    on: date,
    units: tuple[int, ...] | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[str, UUID, UUID] | None,
) -> Sequence[tuple[Dated, PersonRow]]:
    """Load records that had begun on a day; one more than `limit` tells of a next page."""
    begun = (*conditions, _as_of(table, status, on))
    return await of_people(session, table, *begun, units=units, scope=scope, today=today, limit=limit, after=after)


async def of_people(
    session: AsyncSession,
    table: type[R],
    *conditions: ColumnElement[bool],
    units: tuple[int, ...] | None = None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[str, UUID, UUID] | None,
) -> Sequence[tuple[R, PersonRow]]:
    """Load records that meet conditions, each with its person; one more than `limit` tells of a next page."""
    order = (col(PersonRow.sort_key), col(table.person_id), col(table.id))
    query = (
        select(table, PersonRow)
        .join(PersonRow, col(PersonRow.id) == col(table.person_id))
        .where(visible(table, scope, today=today), table.state == RecordState.ACTIVE)
        .where(PersonRow.state == RecordState.ACTIVE, listed(scope), *conditions)
    )
    if units is not None:
        query = query.where(col(table.unit_id).in_(units))
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return (await session.exec(query.order_by(*order).limit(limit + 1))).all()


def _as_of(
    table: type[EpisodeRow | ManagementFileRow | AftercareRow], status: LineStatus | None, on: date
) -> ColumnElement[bool]:
    begun, ended = _dates(table)
    match status:
        case LineStatus.OPEN:
            return and_(begun <= on, or_(ended.is_(None), ended > on))
        case LineStatus.ENDED:
            return and_(begun <= on, ended <= on)
        case None:
            return begun <= on


def _dates(
    table: type[EpisodeRow | ManagementFileRow | AftercareRow],
) -> tuple[Mapped[date], Mapped[date | None]]:
    if issubclass(table, EpisodeRow):
        return col(table.registered_on), col(table.ended_on)
    if issubclass(table, AftercareRow):
        return col(table.from_on), col(table.ended_on)
    return col(table.opened_on), col(table.closed_on)
