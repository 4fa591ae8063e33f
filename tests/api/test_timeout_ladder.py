"""The ladder of times: each shorter than the one around it, and each ends a request by itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from starlette.middleware import Middleware

from registry.api.time_limits import TimeLimit
from registry.db.engine import create_engine
from registry.settings import Settings
from tests.api.edge import build, client_of

PROXY_SECONDS, CLIENT_SECONDS = 25, 30
"""What docs/limits.md asks of the others."""

SLEEPS = "SELECT pg_sleep(30)"

Work = Callable[[AsyncConnection], Awaitable[object]]


@pytest.fixture
async def engine(server_url: str) -> AsyncIterator[AsyncEngine]:
    """The service's own engine."""
    engine = create_engine(server_url, pool_size=1, pool_timeout=0.05, transaction_timeout=18)
    yield engine
    await engine.dispose()


@pytest.fixture
async def watch(server_url: str) -> AsyncIterator[AsyncConnection]:
    """Another connection, which looks on."""
    engine = create_engine(server_url, pool_size=1)
    async with engine.connect() as connection, connection.begin():
        yield connection
    await engine.dispose()


async def answer_to(engine: AsyncEngine, work: Work, *, seconds: float = 60) -> tuple[int, str]:
    """Do some work in the transaction of a request."""
    router = APIRouter()

    @router.post("/run")
    async def run() -> None:
        async with engine.begin() as connection:
            await work(connection)

    async with client_of(build(router, middleware=[Middleware(TimeLimit, seconds=seconds)])) as client:
        answer: httpx.Response = await client.post("/run")
    return answer.status_code, answer.json()["code"]


def statements(*texts: str) -> Work:
    async def work(connection: AsyncConnection) -> None:
        for statement in texts:
            await connection.execute(text(statement))

    return work


async def until_nobody(watch: AsyncConnection, condition: str, **asked: object) -> None:
    """Return once no session of the server meets a condition."""
    found = text(f"SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND {condition}")  # noqa: S608 - the test's own words
    async with asyncio.timeout(10):
        while (await watch.execute(found, asked)).first() is not None:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_every_rung_is_shorter_than_the_one_around_it(engine: AsyncEngine) -> None:
    settings = Settings()
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")
    async with engine.connect() as connection:
        shown = await connection.execute(
            text("SELECT name, setting::int / 1000 AS seconds FROM pg_settings WHERE name = ANY (:names)"),
            {"names": list(names)},
        )
        in_force = {row.name: row.seconds for row in shown}

    rungs = [in_force[name] for name in names if name in in_force]
    assert rungs[:3] == [2, settings.statement_timeout_seconds, 15]
    assert rungs[3:] in ([], [settings.transaction_timeout_seconds])
    assert [*rungs, settings.request_timeout_seconds, 25, 30] == sorted(
        {*rungs, settings.request_timeout_seconds, 25, 30}
    )
    assert settings.pool_timeout_seconds + settings.queue_timeout_seconds < settings.body_timeout_seconds
    assert settings.body_timeout_seconds < settings.request_timeout_seconds


async def test_a_lock(engine: AsyncEngine, watch: AsyncConnection) -> None:
    await watch.execute(text("SELECT pg_advisory_xact_lock(11, 24)"))
    waits = statements("SET LOCAL lock_timeout = '20ms'", "SELECT pg_advisory_xact_lock(11, 24)")

    assert await answer_to(engine, waits) == (503, "unavailable")


async def test_a_statement(engine: AsyncEngine) -> None:
    assert await answer_to(engine, statements("SET LOCAL statement_timeout = '20ms'", SLEEPS)) == (503, "unavailable")


async def test_a_transaction_that_does_nothing(engine: AsyncEngine, watch: AsyncConnection) -> None:
    async def idle(connection: AsyncConnection) -> None:
        await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = '20ms'"))
        await until_nobody(watch, "pid = :pid", pid=await connection.scalar(text("SELECT pg_backend_pid()")))
        await connection.execute(text("SELECT 1"))

    assert await answer_to(engine, idle) == (503, "unavailable")
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1, "another connection takes its place"


async def test_a_transaction_that_lasts(server_url: str) -> None:
    engine = create_engine(server_url, pool_size=1, transaction_timeout=0.05)
    async with engine.connect() as connection:
        version = await connection.scalar(text("SELECT current_setting('server_version_num')::int"))
    try:
        if version < 170000:
            pytest.skip("PostgreSQL 17 is the first that bounds transactions")
        assert await answer_to(engine, statements(SLEEPS)) == (503, "unavailable")
    finally:
        await engine.dispose()


async def test_a_wait_for_a_connection(engine: AsyncEngine) -> None:
    async with engine.connect():
        assert await answer_to(engine, statements("SELECT 1")) == (503, "unavailable")


async def test_the_request_itself_and_its_work_ends_in_the_database_too(
    engine: AsyncEngine, watch: AsyncConnection
) -> None:
    assert await answer_to(engine, statements(SLEEPS), seconds=0.1) == (503, "time_limit_exceeded")

    await until_nobody(watch, "query = :slept", slept=SLEEPS)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1, "the connection is free again, or another is there"
