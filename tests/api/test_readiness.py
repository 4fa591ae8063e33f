"""The checks behind readiness, against a real database."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from registry.api.readiness import Readiness, database_answers, migrations_are
from registry.db import migrate
from registry.db.engine import create_engine


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


async def test_a_migrated_database_is_ready(engine: AsyncEngine) -> None:
    readiness = Readiness()
    readiness.require("database", database_answers(engine))
    readiness.require("migrations", migrations_are(engine, migrate.head()))

    assert (await readiness.state()).checks == {"database": True, "migrations": True}


async def test_a_schema_of_another_revision_is_not(engine: AsyncEngine) -> None:
    readiness = Readiness()
    readiness.require("migrations", migrations_are(engine, "0000"))

    assert not (await readiness.state()).is_ready


async def test_a_database_that_is_gone_is_not() -> None:
    engine = create_engine("postgresql+asyncpg://registry@127.0.0.1:1/registry")
    readiness = Readiness()
    readiness.require("database", database_answers(engine))

    assert (await readiness.state()).checks == {"database": False}
    await engine.dispose()


async def test_who_asks_meanwhile_makes_no_second_look() -> None:
    """Or strangers could take every connection: nobody needs a token to ask."""
    looks, end = 0, asyncio.Event()

    async def look() -> bool:
        nonlocal looks
        looks += 1
        await end.wait()
        return True

    readiness = Readiness()
    readiness.require("database", look)
    asking = [asyncio.create_task(readiness.state()) for _ in range(20)]
    await asyncio.sleep(0)
    left = asking.pop()
    left.cancel()
    await asyncio.wait([left])
    end.set()

    assert all(state.is_ready for state in await asyncio.gather(*asking))
    assert looks == 1
    assert (await readiness.state()).is_ready
    assert looks == 2
