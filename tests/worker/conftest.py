"""Workers on the module's database, with jobs of the test's own and a clock that a test moves."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncEngine

from registry.db import worker_jobs
from registry.db.engine import Sessions, create_engine, create_sessions, transaction
from registry.db.tables.worker import WorkerJobRow
from registry.domain.atlas import Atlas
from registry.settings import Settings
from registry.worker.job import Job
from registry.worker.run import Worker
from tests.factories.clock import Clock

Hire = Callable[..., Worker]
Ask = Callable[..., Awaitable[list[tuple[object, ...]]]]
Rows = Callable[[], Awaitable[dict[str, WorkerJobRow]]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    """The door of the server's administrator."""
    engine = create_engine(database_url, pool_size=2)
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
async def hire(
    worker_url: str, settings: Settings, clock: Clock, sessions: Sessions, atlas: Atlas
) -> AsyncIterator[Hire]:
    """Make workers, each with connections of its own under the worker's login; what ran before is forgotten."""
    async with transaction(sessions) as session:
        await session.exec(delete(WorkerJobRow))
    engines: list[AsyncEngine] = []

    def make(*jobs: Job) -> Worker:
        engines.append(create_engine(worker_url, pool_size=3, name=f"worker-{len(engines)}"))
        return Worker(engines[-1], jobs, settings=settings, clock=clock, rest_seconds=0.02, atlas=atlas)

    yield make
    for engine in engines:
        await engine.dispose()


@pytest.fixture
def ask(sessions: Sessions) -> Ask:
    async def answer(statement: str, **parameters: object) -> list[tuple[object, ...]]:
        async with transaction(sessions) as session:
            found = await (await session.connection()).execute(text(statement), parameters)
            return [tuple(row) for row in found] if found.returns_rows else []

    return answer


@pytest.fixture
def rows(sessions: Sessions) -> Rows:
    """What is written of each job."""

    async def read() -> dict[str, WorkerJobRow]:
        async with transaction(sessions) as session:
            return {row.name: row for row in await worker_jobs.every(session)}

    return read
