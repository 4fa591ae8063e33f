"""What the service tells of a feed that is held back."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from registry.api import watching
from registry.api.feed_watch import FeedWatch
from registry.db.engine import Sessions, transaction
from tests.conftest import NOW


@asynccontextmanager
async def open_write(sessions: Sessions) -> AsyncIterator[None]:
    """Write, and leave it open."""
    async with transaction(sessions) as session:
        await (await session.connection()).execute(text("SELECT pg_current_xact_id()"))
        yield


def lag_of(watch: FeedWatch) -> float:
    return next(sample.value for metric in watch.collect() for sample in metric.samples)


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
