"""Pages of lists: the active records that a scope opens of a table, in the order of a key that tells them apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from registry.db.records import AnyRow, visible
from registry.domain.access import Scope
from registry.domain.record import RecordState

R = TypeVar("R", bound=AnyRow)
K = TypeVar("K", bound=NamedTuple)


class DatedKey(NamedTuple):
    """Where a page of dated records begins."""

    day: date | datetime
    id: UUID


class NamedKey(NamedTuple):
    """Where a page of records in Vietnamese order of their names begins."""

    sort_key: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Order(Generic[K]):
    """What a list goes by: columns, of which the last ones tell any two records apart, and the key they make."""

    key: type[K]
    columns: tuple[str, ...]

    def key_of(self, row: AnyRow) -> K:
        """Where a page begins that goes on after this row."""
        return self.key._make(getattr(row, column) for column in self.columns)


BY_NAME = Order(NamedKey, ("sort_key", "id"))


def by_day(column: str) -> Order[DatedKey]:
    """Go by a day or an instant of the records, the oldest first."""
    return Order(DatedKey, (column, "id"))


@dataclass(frozen=True, slots=True)
class Window(Generic[K]):
    """The part of a list that is asked for: in which order, after which key, in which units of those in scope."""

    order: Order[K]
    scope: Scope
    today: date
    limit: int
    after: K | None = None
    units: tuple[int, ...] | None = None


def query(table: type[R], window: Window[Any], *conditions: ColumnElement[bool], **fields: object) -> SelectOfScalar[R]:
    """Select a page of records; one row more than the limit tells of a next page.

    `fields` are values that columns must have; None is any.
    """
    order = [getattr(table, column) for column in window.order.columns]
    active = col(table.state) == RecordState.ACTIVE
    wanted = select(table).where(visible(table, window.scope, today=window.today), active, *conditions)
    if window.units is not None:
        wanted = wanted.where(col(table.unit_id).in_(window.units))
    for name, value in fields.items():
        if value is not None:
            wanted = wanted.where(getattr(table, name) == value)
    if window.after is not None:
        wanted = wanted.where(tuple_(*order) > window.after)
    return wanted.order_by(*order).limit(window.limit + 1)


async def page(
    session: AsyncSession, table: type[R], window: Window[Any], *conditions: ColumnElement[bool], **fields: object
) -> Sequence[R]:
    """Load a page of records, as `query` selects it."""
    return (await session.exec(query(table, window, *conditions, **fields))).all()
