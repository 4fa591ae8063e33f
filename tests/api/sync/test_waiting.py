"""A pull that waits: it ends with news, and takes neither time, place nor connection from anybody."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from registry.api.app import create_app
from registry.domain.access import Role
from registry.settings import Settings
from tests.api.sync.moving import HERE
from tests.conftest import NOW, TODAY, SignIn
from tests.factories.bodies import Body
from tests.factories.devices import CHANGES, Device
from tests.factories.posted import posted_person, refused

SEATS = 4


@pytest.fixture(scope="module")
async def app(database_url: str, settings: Settings) -> AsyncIterator[FastAPI]:
    """A process with one place, two connections, few seconds for each request, and few seats to wait on."""
    narrow = {
        "pool_size": 2,
        "request_timeout_seconds": 3.0,
        "queue_timeout_seconds": 20.0,
        "max_waiting_pulls": SEATS,
    }
    application = create_app(settings.model_copy(update=narrow), database_url=database_url, clock=lambda: NOW)
    async with application.router.lifespan_context(application):
        yield application


async def begun(device: Device) -> asyncio.Task[Body]:
    """Let a device ask and take the one place: whoever asks after it is answered once it waits."""
    waiting = asyncio.create_task(device.page(wait=20))
    await asyncio.sleep(0)
    return waiting


@pytest.fixture
async def device(officer: httpx.AsyncClient) -> Device:
    device = Device(officer)
    await device.pull()
    return device


async def test_it_ends_when_there_is_something_and_the_next_pull_tells_it(
    device: Device, manager: httpx.AsyncClient
) -> None:
    waiting = await begun(device)
    person_id = await posted_person(manager, unit_code=HERE)

    page = await waiting

    assert (page["items"], page["more"]) == ([], True)
    assert person_id in {item["id"] for item in await device.pull()}


async def test_it_ends_with_nothing_later_than_a_request_may_take(device: Device) -> None:
    page = await device.page(wait=4)

    assert (page["items"], page["more"]) == ([], False)


async def test_many_who_wait_keep_nobody_from_working(sign_in: SignIn, manager: httpx.AsyncClient) -> None:
    devices = [Device(await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY))) for _ in range(SEATS)]
    for each in devices:
        await each.pull()
    waiting = [await begun(each) for each in devices]

    answers = [await manager.get("/v1/me") for _ in range(5)]
    await posted_person(manager, unit_code=HERE)

    assert {answer.status_code for answer in answers} == {200}
    assert {page["more"] for page in await asyncio.gather(*waiting)} == {True}


async def test_beyond_the_last_seat_the_answer_comes_at_once_and_says_when_to_ask_again(
    sign_in: SignIn, officer: httpx.AsyncClient, manager: httpx.AsyncClient
) -> None:
    devices = [Device(await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY))) for _ in range(SEATS)]
    late = Device(officer)
    for each in (*devices, late):
        await each.pull()
    waiting = [await begun(each) for each in devices]

    answer = await officer.get(CHANGES, params={"cursor": late.cursor or "", "wait": 7})
    position = late.position
    page = await late.page(wait=20)
    still_waiting = [each.done() for each in waiting]
    await posted_person(manager, unit_code=HERE)
    await asyncio.gather(*waiting)
    seated = await officer.get(CHANGES, params={"cursor": (await late.pull() and late.cursor) or "", "wait": 1})

    assert (answer.status_code, answer.headers["retry-after"]) == (200, "7")
    assert (page["items"], page["more"], late.position is not None and position is not None) == ([], False, True)
    assert still_waiting == [False] * SEATS
    assert "retry-after" not in seated.headers


async def test_a_wait_has_an_end(officer: httpx.AsyncClient) -> None:
    refused(await officer.get(CHANGES, params={"wait": 21}), 422, "validation_failed")
