"""A process that has more to do than it can: lists are refused, devices go on exchanging, and its health is told."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from registry.api.app import create_app
from registry.api.capacity import Capacity
from registry.api.kinds.persons import PERSONS
from registry.settings import Settings
from tests.api.push.pushing import creating, push, statuses
from tests.conftest import NOW
from tests.factories.devices import Device
from tests.factories.locks import busy
from tests.factories.posted import refused

SEATS = 2


@pytest.fixture(scope="module")
async def app(database_url: str, settings: Settings) -> AsyncIterator[FastAPI]:
    """A process with one place, a queue of few seats, and patience for longer than any lock is waited for."""
    narrow = {"pool_size": 3, "queue_length": SEATS, "queue_timeout_seconds": 20.0}
    application = create_app(settings.model_copy(update=narrow), database_url=database_url, clock=lambda: NOW)
    async with application.router.lifespan_context(application):
        yield application


def queue_of(app: FastAPI) -> Capacity:
    around = [each.kwargs.get("capacity") for each in app.user_middleware]
    (capacity,) = [each for each in around if isinstance(each, Capacity)]
    return capacity


async def until_seated(app: FastAPI, seats: int) -> None:
    """Return once so many requests wait for a place."""
    for _ in range(1000):
        if queue_of(app).waiting == seats:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("they never came to wait")


async def test_devices_take_the_seats_of_those_who_read(
    app: FastAPI, manager: httpx.AsyncClient, officer: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    device = Device(officer)
    await device.pull()
    async with busy(app, manager):
        lists = [asyncio.create_task(manager.get("/v1/persons")) for _ in range(SEATS)]
        await until_seated(app, SEATS)

        pulled = asyncio.create_task(device.page())
        pushed = asyncio.create_task(push(officer, creating(PERSONS)))
        for answer in await asyncio.gather(*lists):
            refused(answer, 503, "temporary_reduced_capacity")
        live, ready = await anonymous.get("/health/live"), await anonymous.get("/health/ready")

    assert (live.status_code, ready.status_code) == (200, 200)
    assert isinstance((await pulled)["items"], list)
    assert statuses(await pushed) == ["applied"]
