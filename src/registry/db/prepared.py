"""Statements of the paths on which everybody waits: made once, and sent by the driver itself.

SQLAlchemy works four times as long on a small statement as its driver does. What is sent here passes by its engine,
never by its types: each parameter is bound as its type says, in the transaction that the door has begun.
"""

from collections.abc import Callable
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.sql.expression import ClauseElement
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.engine import driver_of

_DIALECT = dialects.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so


class Row(asyncpg.Record):
    """A row whose columns have names."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - columns of any type
        return self[name]


class Prepared:
    """One statement. A parameter that is not given has the value that the statement gives it."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT)
        self._sql = str(compiled)
        self._own = compiled.params
        self._parameters = tuple((name, _binder(compiled.binds[name].type)) for name in compiled.positiontup)

    async def all(self, session: AsyncSession, **given: Any) -> list[Row]:  # noqa: ANN401 - of any type
        """Send it, and give all rows."""
        values = self._own | given
        bound = [values[name] if bind is None else bind(values[name]) for name, bind in self._parameters]
        return await (await driver_of(session)).fetch(self._sql, *bound, record_class=Row)

    async def one_or_none(self, session: AsyncSession, **given: Any) -> Row | None:  # noqa: ANN401 - of any type
        """Send it, and give the only row, or None."""
        rows = await self.all(session, **given)
        return rows[0] if rows else None


def _binder(type_: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401 - SQLAlchemy's types are generic in what they hold
    binder: Callable[[Any], Any] | None = type_.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    return binder
