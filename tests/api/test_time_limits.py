"""How long a request may take to arrive and to be answered."""

import asyncio
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.middleware import Middleware
from starlette.types import Message

from registry.api.strict_json import StrictRoute
from registry.api.time_limits import TimeLimit, WholeBody
from tests.api.edge import ValueOut, build


class TestTheWholeRequest:
    async def test_an_answer_that_has_begun_is_broken_off(self) -> None:
        async def endless(scope: object, receive: object, send: object) -> None:
            del scope, receive
            assert callable(send)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await asyncio.Event().wait()

        application = build(middleware=[Middleware(TimeLimit, seconds=0.01)])
        application.mount("/endless", endless)
        messages = await exchange(application, "/endless/")

        assert [message["type"] for message in messages] == ["http.response.start"]


def reading_app(**limits: Any) -> FastAPI:  # noqa: ANN401 - as the middleware takes them
    router = APIRouter(route_class=StrictRoute)

    @router.post("/read")
    async def read(request: Request) -> ValueOut:
        return ValueOut(value=len(await request.body()))

    return build(router, middleware=[Middleware(WholeBody, **{"seconds": 60, **limits})])


async def exchange(app: FastAPI, path: str, *parts: bytes, ends: bool = True) -> list[Message]:
    """Send a body in parts; one that does not end stays open for ever."""
    waiting = list(parts) or [b""]
    messages: list[Message] = []

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        part = waiting.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(waiting) or not ends}

    async def send(message: Message) -> None:
        messages.append(message)

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [],
        "root_path": "", "scheme": "http", "server": ("test", 80), "client": ("test", 1), "http_version": "1.1",
    }  # fmt: skip
    async with asyncio.timeout(10):
        await app(scope, receive, send)
    return messages


def answered(messages: list[Message]) -> tuple[int, dict[bytes, bytes], bytes]:
    start, body = messages
    return start["status"], dict(start["headers"]), body["body"]


class TestTheBody:
    async def test_a_body_in_parts_is_read_as_a_whole(self) -> None:
        status, _, body = answered(await exchange(reading_app(), "/read", b"one", b"", b"two"))

        assert (status, body) == (200, b'{"value":6}')

    async def test_a_body_that_does_not_end_is_cut_and_the_connection_with_it(self) -> None:
        messages = await exchange(reading_app(seconds=0.01), "/read", b"1", b"2", ends=False)
        status, headers, body = answered(messages)

        assert (status, b'"request_too_slow"' in body) == (408, True)
        assert headers[b"connection"] == b"close"

    async def test_the_bodies_of_all_together_are_bounded(self) -> None:
        app = reading_app(most_held_bytes=8)
        open_ended = asyncio.create_task(exchange(app, "/read", b"12345", ends=False))
        await asyncio.sleep(0)
        for _ in range(20):  # the layers around it let it come to where it reads
            await asyncio.sleep(0)

        assert answered(await exchange(app, "/read", b"1234"))[0] == 503
        assert answered(await exchange(app, "/read", b"123"))[0] == 200
        open_ended.cancel()
        await asyncio.wait([open_ended])
        assert answered(await exchange(app, "/read", b"12345678"))[0] == 200

    async def test_a_caller_who_hangs_up_is_not_waited_for(self) -> None:
        app = reading_app()
        messages: list[Message] = []
        parts: list[Message] = [
            {"type": "http.request", "body": b"1", "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> Message:
            return parts.pop(0)

        async def send(message: Message) -> None:
            messages.append(message)

        scope = {
            "type": "http", "method": "POST", "path": "/read", "query_string": b"", "headers": [], "root_path": "",
            "scheme": "http", "server": ("test", 80), "client": ("test", 1), "http_version": "1.1",
        }  # fmt: skip
        await app(scope, receive, send)

        assert messages == []
