"""Locks that a test holds, and statements that wait for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.engine import Sessions, transaction

_LOCK = text("SELECT 1 FROM person WHERE id = CAST(:id AS uuid) FOR UPDATE")
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


@asynccontextmanager
async def held(sessions: Sessions, person_id: str) -> AsyncIterator[None]:
    """Hold the row of a person, as another write would."""
    async with transaction(sessions) as work:
        await (await work.connection()).execute(_LOCK, {"id": person_id})
        yield


async def until_waiting(watch: AsyncSession, statements: int = 1) -> None:
    """Return once so many statements wait for a lock."""
    connection = await watch.connection()
    async with asyncio.timeout(10):
        while await connection.scalar(_WAITING) < statements:
            await asyncio.sleep(0.01)
            await connection.execute(text("SELECT pg_stat_clear_snapshot()"))  # or it sees its first look for ever
