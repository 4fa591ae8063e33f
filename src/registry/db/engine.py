"""The door to the database: the engine, and transactions of the application."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any, TypeAlias, cast

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import address

Sessions = async_sessionmaker[AsyncSession]
Driver: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_HELD = "driver"


class NotCommitted(Exception):
    """The database rolled back what was to be committed."""


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
    event.listen(engine.sync_engine, "checkin", _end_unfinished)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    if transaction_timeout is not None:
        limit = f"SET transaction_timeout = {int(transaction_timeout * 1000)}"
        event.listen(engine.sync_engine, "connect", partial(_limit_transactions, limit))
    return engine


def _limit_transactions(limit: str, connection: Any, _: object) -> None:  # noqa: ANN401 - the driver is not typed
    if connection.driver_connection.get_server_version().major >= 17:
        connection.run_async(lambda driver: driver.execute(limit))


def _end_unfinished(connection: Any, *_: object) -> None:  # noqa: ANN401 - the driver is not typed
    """Let nobody find a transaction of somebody else, who ended the session and not the transaction."""
    driver = None if connection is None else connection.driver_connection
    if driver is not None and not driver.is_closed() and driver.is_in_transaction():
        driver.terminate()


def _refuse_closed(connection: Any, *_: object) -> None:  # noqa: ANN401 - the driver is not typed
    """Let the pool replace a connection that the server has closed: the driver knows without asking."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def create_sessions(engine: AsyncEngine) -> Sessions:
    """Make the factory of sessions; what a session loaded stays readable after its commit."""
    return async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


@asynccontextmanager
async def transaction(sessions: Sessions, begin: str = "BEGIN") -> AsyncIterator[AsyncSession]:
    """One unit of work: commit on return, roll back on raise. `begin` is sent first, all in one round trip.

    The driver begins and ends it itself, which takes SQLAlchemy three times as long; the session believes that every
    statement commits by itself, and leaves the ends of the transaction alone. Raises `NotCommitted` where a statement
    or a flush had failed and nobody said so, and `ConnectionResetError` where the server is gone.
    """
    async with aclosing(sessions()) as session:
        driver: Driver = await session.run_sync(_taken)
        try:
            await driver.execute(begin)
            yield session
            await _commit(session, driver)
        except BaseException as error:
            await _roll_back(driver)
            if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError) and driver.is_closed():
                raise ConnectionResetError from error
            raise


async def _commit(session: AsyncSession, driver: Driver) -> None:
    if not session.is_active:
        raise NotCommitted
    await session.flush()
    if await driver.execute("COMMIT") != "COMMIT":
        raise NotCommitted


async def _roll_back(driver: Driver) -> None:
    """Roll back, whatever the driver knows: the server may still begin or commit what was cut off by a cancellation.

    The driver waits until that is over. A connection on which even this is cut off, or fails, serves nobody else.
    """
    if driver.is_closed():
        return
    try:
        await driver.execute("ROLLBACK")
    except BaseException as error:
        driver.terminate()
        if not isinstance(error, Exception):
            raise


async def driver_of(session: AsyncSession) -> Driver:
    """The driver's connection, in the innermost transaction of a session: a savepoint, where there is one."""
    transaction, driver = session.info.get(_HELD, (None, None))
    if driver is None or transaction is not _innermost(session.sync_session):
        return await session.run_sync(_joined)
    return cast("Driver", driver)


def _taken(work: Session) -> Driver:
    connection = work.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    return _held(work, connection.connection.driver_connection)


def _joined(work: Session) -> Driver:
    """Take part in what the session has begun.

    SQLAlchemy tells the database of a savepoint when the connection is asked for, and of a transaction that it begins
    itself with its own first statement: before that, the driver would keep what the savepoint takes back, or commit
    each of its statements.
    """
    connection = work.connection()
    driver: Any = connection.connection.driver_connection
    if not driver.is_in_transaction():
        connection.exec_driver_sql("SELECT")
    return _held(work, driver)


def _held(work: Session, driver: Any) -> Driver:  # noqa: ANN401 - the driver is not typed
    work.info[_HELD] = _innermost(work), driver
    return cast("Driver", driver)


def _innermost(work: Session) -> object:
    return work.get_nested_transaction() or work.get_transaction()
