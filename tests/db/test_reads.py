"""The counters of people read, and who may do what with them."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import reads
from registry.db.context import DatabaseRole
from registry.db.engine import create_engine, create_sessions, transaction
from tests.factories.locks import until_waiting

HOUR = datetime(2026, 11, 21, 3, tzinfo=UTC)
AN, BINH, CHI = sorted(uuid4() for _ in range(3))
CROWD, PAGE = 400, 50
A_PLAN_IS_KEPT = 6
"""After so many calls PostgreSQL may keep the plan of a statement, whatever it is asked afterwards."""


@pytest.fixture
async def session(session: AsyncSession) -> AsyncSession:
    """A session that acts as the application."""
    await act_as(session, DatabaseRole.UNITS)
    return session


async def act_as(session: AsyncSession, role: str) -> None:
    await (await session.connection()).execute(text("SELECT set_config('role', :role, true)"), {"role": role})


async def count(session: AsyncSession, *persons: UUID, reader: str = "officer", hour: datetime = HOUR) -> int:
    asked = {"reader": reader, "hour": hour, "persons": list(persons)}
    counted = text("SELECT app.count_read(:reader, :hour, CAST(:persons AS uuid[]))")
    total: int = (await (await session.connection()).execute(counted, asked)).scalar_one()
    return total


async def kept(session: AsyncSession) -> tuple[int, int]:
    """How many people and how many sums are there."""
    await act_as(session, "none")
    both = text("SELECT (SELECT count(*) FROM person_read), (SELECT count(*) FROM person_read_count)")
    people, sums = (await (await session.connection()).execute(both)).one()
    await act_as(session, DatabaseRole.UNITS)
    return people, sums


async def rows_read(session: AsyncSession) -> int:
    """How many rows of those read before this transaction has fetched."""
    await act_as(session, "none")
    told = text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_all_tables WHERE relname = 'person_read'")
    fetched: int = (await (await session.connection()).execute(told)).scalar_one()
    await act_as(session, DatabaseRole.UNITS)
    return fetched


async def test_people_are_counted_once_an_hour_for_each_reader(session: AsyncSession) -> None:
    assert await count(session, AN) == 1
    assert await count(session, AN, BINH) == 2
    assert await count(session, AN, BINH) == 0, "nobody is new"
    assert await count(session, BINH, CHI) == 3
    assert await count(session, AN, reader="another") == 1
    assert await count(session, AN, hour=HOUR + timedelta(hours=1)) == 1


async def test_those_of_a_page_are_looked_up_whatever_was_asked_before(session: AsyncSession) -> None:
    await act_as(session, "none")
    await (await session.connection()).execute(text("ANALYZE person_read"))
    await act_as(session, DatabaseRole.UNITS)
    crowd = [uuid4() for _ in range(CROWD)]
    for person in crowd[:A_PLAN_IS_KEPT]:
        await count(session, person)
    assert await count(session, *crowd) == CROWD

    before = await rows_read(session)
    assert await count(session, *crowd[:PAGE]) == 0

    assert await rows_read(session) - before <= PAGE


async def test_what_is_over_is_forgotten_and_nothing_else(session: AsyncSession) -> None:
    await count(session, AN, BINH)
    await count(session, CHI, hour=HOUR + timedelta(hours=1))
    assert await kept(session) == (3, 2)

    await act_as(session, DatabaseRole.WORKER)
    await reads.forget(session, before=HOUR + timedelta(hours=1))

    assert await kept(session) == (1, 1)
    assert await count(session, AN) == 1


@pytest.mark.parametrize("table", ["person_read", "person_read_count"])
@pytest.mark.parametrize("role", DatabaseRole)
async def test_no_role_comes_to_the_counters_by_itself(session: AsyncSession, role: DatabaseRole, table: str) -> None:
    await act_as(session, "none")
    privileges = text("SELECT has_table_privilege(:role, :table, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')")
    asked = {"role": role, "table": table}

    assert (await (await session.connection()).execute(privileges, asked)).scalar_one() is False


async def test_only_the_worker_makes_the_service_forget(session: AsyncSession) -> None:
    with pytest.raises(DBAPIError, match="permission denied for function forget_reads"):
        await reads.forget(session, before=HOUR)


async def test_the_counters_are_not_logged(session: AsyncSession) -> None:
    kinds = text("SELECT relpersistence FROM pg_class WHERE relname IN ('person_read', 'person_read_count')")

    assert [row[0] for row in (await (await session.connection()).execute(kinds)).all()] == [b"u", b"u"]


async def test_two_requests_that_count_twice_do_not_wait_for_each_other(database_url: str) -> None:
    engine = create_engine(database_url, pool_size=3)
    sessions = create_sessions(engine)

    async def second() -> int:
        async with transaction(sessions) as work:
            return await count(work, BINH)

    async with transaction(sessions) as watch, transaction(sessions) as first:
        assert await count(first, AN) == 1
        waiting = asyncio.create_task(second())
        await until_waiting(watch)
        assert await count(first, BINH) == 2
    assert await waiting == 0, "whom it waited for has seen the same person"
    async with transaction(sessions) as work:
        await (await work.connection()).execute(text("TRUNCATE person_read, person_read_count"))
    await engine.dispose()


async def test_who_was_seen_already_is_seen_again_while_another_request_counts(database_url: str) -> None:
    engine = create_engine(database_url, pool_size=2)
    sessions = create_sessions(engine)
    async with transaction(sessions) as work:
        await count(work, AN)
    async with transaction(sessions) as first, transaction(sessions) as second:
        await count(first, BINH)
        assert await count(second, AN) == 0
    async with transaction(sessions) as work:
        await (await work.connection()).execute(text("TRUNCATE person_read, person_read_count"))
    await engine.dispose()
