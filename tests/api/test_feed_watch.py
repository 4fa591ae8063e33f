"""What the service tells of a feed that is held back."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api import watching
from registry.api.feed_watch import FeedWatch
from registry.api.worker_watch import WorkerWatch
from registry.db.engine import Sessions, create_engine, create_sessions, transaction
from tests.conftest import NOW


@asynccontextmanager
async def open_write(sessions: Sessions) -> AsyncIterator[None]:
    """Write, and leave it open."""
    async with transaction(sessions) as session:
        await (await session.connection()).execute(text("SELECT pg_current_xact_id()"))
        yield


def lag_of(watch: FeedWatch) -> float:
    (lag,) = lags_of(watch)
    return lag


def lags_of(watch: FeedWatch) -> list[float]:
    return [sample.value for metric in watch.collect() for sample in metric.samples]


async def test_an_open_transaction_holds_the_feed_back(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    at = NOW
    watch = FeedWatch(lambda: at)
    caplog.set_level(logging.INFO)
    assert lag_of(watch) == 0

    async with open_write(app.state.sessions):
        await watching.look([watch], app.state.sessions)
        async with open_write(app.state.sessions):
            pass
        for seconds in (0, 4, 6, 8):
            at = NOW + timedelta(seconds=seconds)
            await watching.look([watch], app.state.sessions)
            assert lag_of(watch) == seconds
    await watching.look([watch], app.state.sessions)

    assert lag_of(watch) == 0
    lines = [record.message for record in caplog.records if record.name == "registry.api.feed_watch"]
    assert lines == ["feed.held_back", "feed.goes_on"]


async def test_one_open_transaction_after_another_holds_nothing_back(app: FastAPI) -> None:
    at = NOW
    watch = FeedWatch(lambda: at)
    for minute in range(3):
        at = NOW + timedelta(minutes=minute)
        async with open_write(app.state.sessions):
            async with open_write(app.state.sessions):
                pass
            await watching.look([watch], app.state.sessions)
            assert watch._oldest is not None
        assert lag_of(watch) == 0


@pytest.fixture
async def unreachable() -> AsyncIterator[Sessions]:
    """A database that is away."""
    engine = create_engine("postgresql+asyncpg://registry@127.0.0.1:9/registry")
    yield create_sessions(engine)
    await engine.dispose()


class Blind(WorkerWatch):
    """A watch whose every look fails, and spoils its transaction."""

    async def look(self, session: AsyncSession) -> None:
        await (await session.connection()).execute(text("SELECT 1 / 0"))


async def test_a_watch_that_fails_blinds_no_other(app: FastAPI) -> None:
    watch = FeedWatch(lambda: NOW)
    async with open_write(app.state.sessions):
        async with open_write(app.state.sessions):
            pass
        await watching.look([Blind(lambda: NOW), watch], app.state.sessions)
        assert watch._oldest is not None
        assert lag_of(watch) == 0


async def test_a_look_that_fails_lets_no_lag_grow_by_the_clock(app: FastAPI, unreachable: Sessions) -> None:
    """The transaction may have ended meanwhile; one that has not is counted from when it was first seen."""
    at = NOW
    watch = FeedWatch(lambda: at)
    async with open_write(app.state.sessions):
        async with open_write(app.state.sessions):
            pass
        await watching.look([watch], app.state.sessions)
        at = NOW + timedelta(minutes=1)
        await watching.look([watch], unreachable)
        assert lags_of(watch) == []
        await watching.look([watch], app.state.sessions)
        assert lag_of(watch) == 60
