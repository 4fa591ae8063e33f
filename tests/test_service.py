"""The server and its companion, apart from any database."""

import asyncio
import gc
import socket

import httpx
import pytest
from fastapi import FastAPI, Request

from registry import service
from registry.errors import CannotRun


@pytest.fixture
def listener() -> socket.socket:
    return service.listen("127.0.0.1", 0)


async def test_a_companion_that_fails_stops_the_server(listener: socket.socket) -> None:
    async def fail() -> None:
        raise CannotRun("no more")

    with pytest.raises(CannotRun, match="no more"):
        await asyncio.wait_for(service.server_of(FastAPI(), companion=fail).serve([listener]), timeout=10)


async def test_the_companion_begins_when_the_server_answers(listener: socket.socket) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    answers = []

    async def call() -> None:
        async with httpx.AsyncClient() as client:
            answers.append((await client.get(f"{address}/openapi.json")).status_code)
        raise CannotRun("seen enough")

    gc.disable()  # as the command does until the server stands
    with pytest.raises(CannotRun, match="seen enough"):
        await asyncio.wait_for(service.server_of(FastAPI(), companion=call).serve([listener]), timeout=10)
    assert answers == [200]
    assert gc.isenabled()


async def test_the_server_tells_no_name_and_believes_no_proxy(listener: socket.socket) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app, seen = FastAPI(), []

    @app.get("/")
    async def look(request: Request) -> None:
        seen.append((request.client and request.client.host, request.url.scheme))

    async def call() -> None:
        async with httpx.AsyncClient() as client:
            answer = await client.get(address, headers={"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"})
        seen.append(answer.headers.get("server"))
        raise CannotRun("seen enough")

    with pytest.raises(CannotRun, match="seen enough"):
        await asyncio.wait_for(service.server_of(app, companion=call).serve([listener]), timeout=10)
    assert seen == [("127.0.0.1", "http"), None]


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(CannotRun, match=r"cannot listen on 192\.0\.2\.1 port 0: Cannot assign requested address"):
        service.listen("192.0.2.1", 0)
