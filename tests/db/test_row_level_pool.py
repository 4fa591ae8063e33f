"""No connection carries an identity from one transaction to the next, whatever ended the one before."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from registry.db import context
from registry.db.context import DatabaseRole, closed_transaction
from registry.db.engine import Sessions, create_engine, create_sessions, transaction
from registry.domain.access import UnitScope
from tests.conftest import TODAY

UNITS = (1, 2, 3)
WHO = text("SELECT current_user, current_setting('app.units', true)")
PEOPLE = text("SELECT count(*) FROM person")
NO_PRIVILEGE = "42501"

TASKS = 600
AT_ONCE = 12
LONGEST_SECONDS = 15


@pytest.fixture(params=[1, 4], ids=["one connection", "a few"])
async def sessions(service_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Sessions]:
    engine = create_engine(service_url, pool_size=request.param, pool_timeout=LONGEST_SECONDS)
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
def login(service_url: str) -> str:
    return str(make_url(service_url).username)


async def work(sessions: Sessions, *, seconds: float = 0.0) -> None:
    """Act as an officer does, and take some time over it."""
    async with closed_transaction(sessions) as session:
        await context.enter(session, UnitScope(UNITS), today=TODAY)
        connection = await session.connection()
        assert (await connection.execute(WHO)).one() == (DatabaseRole.UNITS, "1,2,3")
        await connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})


async def identity(sessions: Sessions) -> tuple[str, str]:
    """Whom a transaction acts as that says nothing itself, past the door."""
    async with transaction(sessions) as session:
        user, units = (await (await session.connection()).execute(WHO)).one()
        return user, units or ""


async def people_without_identity(sessions: Sessions) -> int:
    """Count the people whom a transaction sees that forgot to say who it is; none, if it may not even look."""
    try:
        async with transaction(sessions) as session:
            return int(await (await session.connection()).scalar(PEOPLE) or 0)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == NO_PRIVILEGE:
            return 0
        raise


async def test_a_commit_takes_role_and_context_back(sessions: Sessions, login: str) -> None:
    await work(sessions)

    assert await identity(sessions) == (login, "")


async def test_so_does_a_rollback(sessions: Sessions, login: str) -> None:
    with suppress(RuntimeError):
        async with closed_transaction(sessions) as session:
            await context.enter(session, UnitScope(UNITS), today=TODAY)
            raise RuntimeError

    assert await identity(sessions) == (login, "")


async def test_so_does_a_statement_that_fails(sessions: Sessions, login: str) -> None:
    with suppress(DBAPIError):
        async with closed_transaction(sessions) as session:
            await context.enter(session, UnitScope(UNITS), today=TODAY)
            await (await session.connection()).execute(text("SELECT 1 / 0"))

    assert await identity(sessions) == (login, "")


async def test_so_does_a_cancellation(sessions: Sessions, login: str) -> None:
    task = asyncio.create_task(work(sessions, seconds=5))
    await asyncio.sleep(0.2)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    assert await identity(sessions) == (login, "")


async def test_the_login_itself_may_not_look(sessions: Sessions) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with transaction(sessions) as session:
            await (await session.connection()).execute(PEOPLE)


async def test_cancelled_callers_leave_nothing_behind(sessions: Sessions, login: str) -> None:
    chance = random.Random(2026)  # noqa: S311 - a schedule, not a secret
    gate = asyncio.Semaphore(AT_ONCE)
    ended = {"done": 0, "cancelled": 0}
    found: list[tuple[tuple[str, str], int]] = []

    async def probe() -> None:
        found.append((await identity(sessions), await people_without_identity(sessions)))

    async def caller(number: int) -> None:
        async with gate:
            if number % 10 == 0:
                await probe()
                return
            task = asyncio.create_task(work(sessions, seconds=0.002))
            if chance.random() < 0.5:
                await asyncio.sleep(chance.random() * 0.02)
                task.cancel()
            try:
                await task
                ended["done"] += 1
            except asyncio.CancelledError:
                ended["cancelled"] += 1

    async with asyncio.timeout(LONGEST_SECONDS):
        await asyncio.gather(*(caller(number) for number in range(TASKS)))
        for _ in range(10):
            await probe()

    assert min(ended.values()) > TASKS / 20, ended
    assert set(found) == {((login, ""), 0)}
