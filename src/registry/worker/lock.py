"""One worker at a time: a lock that belongs to a connection, and is free as soon as that is gone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

WORKER_LOCK = 7_305_732
"""Key of the advisory lock; an upgrade's is its neighbour."""

_TAKE = text(f"SELECT pg_try_advisory_lock({WORKER_LOCK})")
_LIVES = text("SELECT 1")


@asynccontextmanager
async def only_worker(engine: AsyncEngine) -> AsyncIterator[AsyncConnection | None]:
    """Try to be the only worker, on a connection of its own; None where another is.

    It is tried again and again and not waited for: a statement that waits keeps dead rows alive.
    """
    async with engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            yield alone if await alone.scalar(_TAKE) else None
        finally:
            await connection.invalidate()  # back in the pool, the connection would keep the lock


async def still_alone(connection: AsyncConnection) -> None:
    """Raise if the connection is gone, and the lock with it."""
    await connection.execute(_LIVES)
