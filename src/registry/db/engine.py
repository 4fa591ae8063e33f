"""The door to the database: the engine, and transactions of the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import address

Sessions = async_sessionmaker[AsyncSession]


def create_engine(
    url: str,
    *,
    pool_size: int = 10,
    pool_timeout: float = 2.0,
    statement_timeout: float = 10.0,
    transaction_timeout: float | None = None,
    name: str = "registry",
) -> AsyncEngine:
    """Make an engine whose errors and logs never show parameters. Times are seconds.

    Only PostgreSQL 17 and newer know a time for the whole transaction; an older one bounds its statements.
    """
    bare, tls = address.for_driver(url)
    engine = create_async_engine(
        bare,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        hide_parameters=True,
        connect_args=tls
        | {
            "timeout": 10,
            "command_timeout": statement_timeout + 5,
            "server_settings": {
                "application_name": name,
                "timezone": "UTC",
                "jit": "off",
                "statement_timeout": str(int(statement_timeout * 1000)),
                "lock_timeout": "2000",
                "idle_in_transaction_session_timeout": "15000",
            },
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    if transaction_timeout is not None:
        limit = f"SET transaction_timeout = {int(transaction_timeout * 1000)}"
        event.listen(engine.sync_engine, "connect", partial(_limit_transactions, limit))
    return engine


def _limit_transactions(limit: str, connection: Any, _: object) -> None:  # noqa: ANN401 - the driver is not typed
    if connection.driver_connection.get_server_version().major >= 17:
        connection.run_async(lambda driver: driver.execute(limit))


def _refuse_closed(connection: Any, *_: object) -> None:  # noqa: ANN401 - the driver is not typed
    """Let the pool replace a connection that the server has closed: the driver knows without asking."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def create_sessions(engine: AsyncEngine) -> Sessions:
    """Make the factory of sessions; what a session loaded stays readable after its commit."""
    return async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


@asynccontextmanager
async def transaction(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """One unit of work: commit on return, roll back on raise."""
    async with sessions.begin() as session:
        yield session
