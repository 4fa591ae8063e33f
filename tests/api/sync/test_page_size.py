"""A page never tells of more people than the caller may be shown in an hour: it would be refused for ever."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from registry.api.app import create_app
from registry.settings import Settings
from tests.api.sync.moving import HERE
from tests.conftest import NOW
from tests.factories.devices import CHANGES, Device
from tests.factories.posted import posted_person, refused

MOST = 3


@pytest.fixture(scope="module")
async def app(database_url: str, settings: Settings) -> AsyncIterator[FastAPI]:
    strict = settings.model_copy(update={"max_persons_per_hour": MOST})
    application = create_app(strict, database_url=database_url, clock=lambda: NOW)
    async with application.router.lifespan_context(application):
        yield application


async def test_a_large_page_goes_as_far_as_the_hour_allows(
    officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    people = [await posted_person(manager, unit_code=HERE) for _ in range(MOST + 1)]
    device = Device(officer, limit=2000)

    page = await device.page()
    await device.page()
    answer = await officer.get(CHANGES, params={"cursor": device.cursor or "", "limit": 2000})

    assert len(page["items"]) == MOST
    assert refused(answer, 429, "too_many_persons")
    assert set(people) - {owner for _, owner, _ in device.held}
