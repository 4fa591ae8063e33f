"""What a real PostgreSQL raises, through SQLAlchemy and from asyncpg alone, as the caller sees it."""

import asyncio
import io
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from registry.domain.errors import RuleViolation
from tests.api.edge import CANARY, build, client_of


class NumberTaken(RuleViolation):
    """What the constraints of these tests stand for."""

    code = "rule_violation"


CONSTRAINTS = {"uq_number": NumberTaken, "uq_number_deferred": NumberTaken}

TABLES = """
CREATE TEMP TABLE taken (number text CONSTRAINT uq_number UNIQUE);
CREATE TEMP TABLE taken_late (number text CONSTRAINT uq_number_deferred UNIQUE DEFERRABLE INITIALLY DEFERRED);
CREATE TEMP TABLE taken_silently (number text CONSTRAINT uq_forgotten UNIQUE);
"""


@pytest_asyncio.fixture(loop_scope="session")
async def engine(server_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(server_url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    yield engine
    await engine.dispose()


async def answer_to(engine: AsyncEngine, *statements: str, raw: bool = False) -> httpx.Response:
    """Run statements in one transaction of a request, with the canary as their value."""
    router = APIRouter()

    @router.post("/run")
    async def run() -> None:
        async with engine.begin() as connection:
            for statement in TABLES.strip().splitlines():
                await connection.execute(text(statement))
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            for statement in statements:
                if raw:
                    await driver.execute(statement.replace(":value", "$1"), CANARY)
                else:
                    await connection.execute(text(statement), {"value": CANARY} if ":value" in statement else {})

    async with client_of(build(router, constraints=CONSTRAINTS)) as client:
        return await client.post("/run")


def seen(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert CANARY not in answer.text
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("raw", [False, True], ids=["through SQLAlchemy", "asyncpg alone"])
async def test_a_broken_constraint_is_the_refusal_it_stands_for(
    engine: AsyncEngine, logged: io.StringIO, *, raw: bool
) -> None:
    answer = await answer_to(engine, *["INSERT INTO taken VALUES (:value)"] * 2, raw=raw)

    assert seen(answer) == (409, "rule_violation")
    assert CANARY not in logged.getvalue()


async def test_a_constraint_that_breaks_at_commit_is_too(engine: AsyncEngine) -> None:
    assert seen(await answer_to(engine, *["INSERT INTO taken_late VALUES (:value)"] * 2)) == (409, "rule_violation")


async def test_a_forgotten_constraint_is_our_fault_and_shows_its_name_only(
    engine: AsyncEngine, logged: io.StringIO
) -> None:
    answer = await answer_to(engine, *["INSERT INTO taken_silently VALUES (:value)"] * 2)

    assert seen(answer) == (500, "internal_error")
    assert "uq_forgotten" in logged.getvalue()
    assert CANARY not in logged.getvalue()


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param(("SET LOCAL statement_timeout = '20ms'", "SELECT pg_sleep(5)"), id="statement timeout"),
        pytest.param(("SELECT pg_terminate_backend(pg_backend_pid())",), id="connection ended by the server"),
        pytest.param(("SET TRANSACTION READ ONLY", "CREATE TABLE nowhere ()"), id="a server that may only be read"),
    ],
)
async def test_a_server_that_cannot_now_may_later(engine: AsyncEngine, statements: tuple[str, ...]) -> None:
    answer = await answer_to(engine, *statements)

    assert seen(answer) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"


async def test_a_connection_that_died_in_the_pool_is_unavailable(engine: AsyncEngine, server_url: str) -> None:
    async with engine.connect() as connection:
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
    other = create_async_engine(server_url)
    async with other.connect() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:pid, 1000)"), {"pid": pid})
    await other.dispose()
    await asyncio.sleep(0.05)

    assert seen(await answer_to(engine, "SELECT 1")) == (503, "unavailable")


async def test_a_pool_without_a_free_connection_is_unavailable(engine: AsyncEngine) -> None:
    async with engine.connect():
        answer = await answer_to(engine, "SELECT 1")

    assert seen(answer) == (503, "unavailable")


async def test_a_right_that_is_missing_is_our_fault_as_often_as_it_is_asked(
    engine: AsyncEngine, logged: io.StringIO
) -> None:
    answer = await answer_to(engine, "SET LOCAL ROLE pg_monitor", "INSERT INTO taken VALUES (:value)")

    assert seen(answer) == (500, "internal_error")
    assert CANARY not in logged.getvalue()


async def test_a_statement_that_is_wrong_is_our_fault(engine: AsyncEngine, logged: io.StringIO) -> None:
    answer = await answer_to(engine, "SELECT CAST(:value || 'x' AS integer)")

    assert seen(answer) == (500, "internal_error")
    assert CANARY not in logged.getvalue()
