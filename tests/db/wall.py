"""Up against the second wall: acting in a role of the database, and what it opens and refuses there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import context
from registry.db.context import DatabaseRole, closed_transaction
from registry.db.engine import Sessions
from registry.domain.access import Scope
from tests.conftest import TODAY

REFUSED = "42501"  # insufficient_privilege, also where a policy's check fails

Row: TypeAlias = tuple[Any, ...]


async def rows(session: AsyncSession, statement: str, **parameters: object) -> list[Row]:
    return [tuple(row) for row in (await (await session.connection()).execute(text(statement), parameters)).all()]


async def count(session: AsyncSession, table: str, where: str = "true") -> int:
    ((found,),) = await rows(session, f"SELECT count(*) FROM {table} WHERE {where}")  # noqa: S608 - the tests' own words
    return int(found)


@asynccontextmanager
async def acting(sessions: Sessions, scope: Scope, role: DatabaseRole | None = None) -> AsyncIterator[AsyncSession]:
    async with closed_transaction(sessions) as session:
        await context.enter(session, scope, today=TODAY, role=role)
        yield session


@asynccontextmanager
async def refused(words: str) -> AsyncIterator[None]:
    with pytest.raises(DBAPIError, match=words) as caught:
        yield
    assert getattr(caught.value.orig, "sqlstate", None) == REFUSED
