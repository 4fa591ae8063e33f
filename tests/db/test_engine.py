"""The door to the database: what it commits, what it says when it could not, and whom it never meets again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.engine import NotCommitted, Sessions, create_engine, create_sessions, driver_of, transaction
from registry.db.tables.trail import ServiceStateRow

KEPT = text("SELECT key FROM service_state WHERE key = 'kept'")
WHO = text("SELECT pg_backend_pid()")
FAILING = "SELECT 1 / 0"


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, pool_size=1)
    yield create_sessions(engine)
    await engine.dispose()


BEGUN = "BEGIN; SELECT pg_sleep(0.001), set_config('app.caller', 'somebody', true)"


async def whole(sessions: Sessions, begin: str) -> str:
    async with transaction(sessions, begin) as session:
        return str(await (await session.connection()).scalar(text("SELECT current_setting('app.caller', true)")) or "")


def keep(session: AsyncSession) -> None:
    session.add(ServiceStateRow(key="kept", value={}))


async def is_kept(sessions: Sessions) -> bool:
    async with transaction(sessions) as session:
        return await (await session.connection()).scalar(KEPT) is not None


async def keep_and_raise(sessions: Sessions) -> None:
    async with transaction(sessions) as session:
        keep(session)
        await session.flush()
        raise LookupError


async def test_a_raise_rolls_back_what_was_flushed_and_a_return_commits_what_was_not(sessions: Sessions) -> None:
    with pytest.raises(LookupError):
        await keep_and_raise(sessions)
    after_the_raise = await is_kept(sessions)
    async with transaction(sessions) as session:
        keep(session)

    assert (after_the_raise, await is_kept(sessions)) == (False, True)


async def test_what_a_savepoint_of_the_session_takes_back_is_gone_and_the_rest_stays(sessions: Sessions) -> None:
    async with transaction(sessions) as session:
        driver = await driver_of(session)
        await driver.execute("DELETE FROM service_state WHERE key = 'kept'")
        savepoint = await session.begin_nested()
        keep(session)
        await session.flush()
        await savepoint.rollback()

    assert not await is_kept(sessions)


async def fail_by_the_driver(session: AsyncSession) -> None:
    await (await driver_of(session)).execute(FAILING)


async def fail_by_sqlalchemy(session: AsyncSession) -> None:
    await (await session.connection()).exec_driver_sql(FAILING)


async def fail_by_a_row_that_is_gone(session: AsyncSession) -> None:
    row = ServiceStateRow(key="gone", value={})
    session.add(row)
    await session.flush()
    await (await driver_of(session)).execute("DELETE FROM service_state WHERE key = 'gone'")
    row.value = {"changed": True}
    await session.flush()


@pytest.mark.parametrize("fail", [fail_by_the_driver, fail_by_sqlalchemy, fail_by_a_row_that_is_gone])
async def test_a_failure_that_nobody_tells_of_is_no_commit(
    sessions: Sessions, fail: Callable[[AsyncSession], Awaitable[None]]
) -> None:
    async def hushed() -> None:
        async with transaction(sessions) as session:
            with suppress(DBAPIError, asyncpg.PostgresError, StaleDataError):
                await fail(session)

    with pytest.raises(NotCommitted):
        await hushed()


async def test_nobody_meets_the_transaction_that_somebody_else_left_open(sessions: Sessions) -> None:
    async with sessions() as session:
        connection = await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        left = await connection.scalar(WHO)
        await connection.exec_driver_sql("BEGIN")

    async with transaction(sessions) as session:
        assert await (await session.connection()).scalar(WHO) != left


async def test_a_beginning_that_is_cut_off_reaches_nobody_else(sessions: Sessions) -> None:
    """The server may carry out what the driver has given up: such a transaction must not wait for the next caller."""
    met: set[str] = set()
    for attempt in range(60):
        begun = asyncio.create_task(whole(sessions, BEGUN))
        await asyncio.sleep(attempt / 20_000)
        begun.cancel()
        await asyncio.wait([begun])
        met.add(await whole(sessions, "BEGIN"))

    assert met == {""}


async def test_a_server_that_is_gone_is_told_from_a_mistake_of_ours(sessions: Sessions) -> None:
    async def with_a_mistake() -> None:
        async with transaction(sessions) as session:
            await (await driver_of(session)).fetch("SELECT 1", "a parameter too many")

    async def ended() -> None:
        async with transaction(sessions) as session:
            driver = await driver_of(session)
            with suppress(asyncpg.AdminShutdownError, asyncpg.ConnectionDoesNotExistError):
                await driver.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            await asyncio.sleep(0.05)
            await driver.execute("SELECT 1")

    with pytest.raises(asyncpg.InterfaceError):
        await with_a_mistake()
    with pytest.raises(ConnectionResetError):
        await ended()
