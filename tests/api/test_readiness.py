"""The checks behind readiness, against a real database."""

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
