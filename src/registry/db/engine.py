"""The door to the database: the engine, and transactions of the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import address

Sessions = async_sessionmaker[AsyncSession]


def create_engine(
    url: str, *, pool_size: int = 10, pool_timeout: float = 2.0, statement_timeout: float = 10.0, name: str = "registry"
) -> AsyncEngine:
    """Make an engine whose errors and logs never show parameters. Times are seconds."""
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
    return engine


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
