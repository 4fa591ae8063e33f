"""HTTP as it arrives over a real socket: what is no HTTP, too slow or too large is refused as everything else is."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any, TypeAlias
from unittest.mock import ANY

import pytest
from fastapi import FastAPI, Request

from registry import service
from registry.api.limits import MAX_HEADER_BYTES
from registry.protocol import BoundedProtocol

LONG = 60.0
HEAD = b"GET /echo HTTP/1.1\r\nHost: test\r\n"

Dial: TypeAlias = Callable[[], AbstractAsyncContextManager["Line"]]


class Line:
    """A connection to the server, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, *parts: bytes) -> None:
        for part in parts:
            self._writer.write(part)
            await self._writer.drain()

    async def hear(self) -> tuple[int, dict[str, str], Any]:
        """Read one answer."""
        async with asyncio.timeout(10):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await self._reader.readexactly(int(fields.get("content-length", "0")))
        return int(head[0].split()[1]), fields, json.loads(body)

    async def is_closed(self) -> bool:
        """Wait until the server hangs up, and say whether it did so without another word."""
        async with asyncio.timeout(10):
            return await self._reader.read() == b""


@asynccontextmanager
async def serving(head_seconds: float) -> AsyncIterator[Dial]:
    """Serve an application that tells what it was sent."""
    app = FastAPI()

    @app.api_route("/echo", methods=["GET", "POST"])
    async def echo(request: Request) -> dict[str, Any]:
        body = await request.body()
        return {"bytes": len(body), "fields": sorted(request.headers)}

    @app.get("/slow")
    async def slow() -> dict[str, bool]:
        await asyncio.sleep(4 * head_seconds)
        return {"slow": True}

    listener = service.listen("127.0.0.1", 0)
    server = service.server_of(app)
    protocol: Any = partial(BoundedProtocol, public_url="https://registry.example", head_seconds=head_seconds)
    server.config.http = protocol
    running = asyncio.create_task(server.serve([listener]))
    host, port = listener.getsockname()

    @asynccontextmanager
    async def dial() -> AsyncIterator[Line]:
        reader, writer = await asyncio.open_connection(host, port)
        yield Line(reader, writer)
        writer.close()
        await asyncio.wait([asyncio.ensure_future(writer.wait_closed())])

    yield dial
    server.should_exit = True
    async with asyncio.timeout(10):
        await running


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    async with serving(LONG) as dialling:
        yield dialling


@pytest.mark.parametrize(
    "request_line",
    [
        b"nonsense\r\n\r\n",
        b"GET /\xc3\xa1 HTTP/1.1\r\nHost: test\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: ten\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: test\r\nX-A: a\x00b\r\n\r\n",
    ],
    ids=["no HTTP", "letters in the target", "a length that is none", "two lengths", "NUL in a field"],
)
async def test_what_cannot_be_read_is_a_problem(dial: Dial, request_line: bytes) -> None:
    async with dial() as line:
        await line.say(request_line)
        status, fields, problem = await line.hear()

        assert (status, problem["status"], problem["code"]) == (400, 400, "malformed_request")
        assert problem["type"] == "https://registry.example/problems/malformed_request"
        assert fields["content-type"] == "application/problem+json"
        assert fields["x-content-type-options"] == "nosniff"
        assert (fields["connection"], fields["content-language"], "server" in fields) == ("close", "vi", False)
        assert await line.is_closed()


class TestTheHead:
    async def test_fields_without_end_are_refused_before_they_are_kept(self, dial: Dial) -> None:
        async with dial() as line:
            await line.say(HEAD, b"X-Endless: ")
            answer = asyncio.create_task(line.hear())
            for _ in range(64):
                if answer.done():
                    break
                await line.say(b"a" * 4096)
                await asyncio.sleep(0.001)
            status, _, problem = await answer

        assert (status, problem["code"], problem["max_bytes"]) == (431, "headers_too_large", MAX_HEADER_BYTES)

    async def test_a_head_that_takes_too_long_is_told_so(self) -> None:
        async with serving(0.05) as dial, dial() as line:
            await line.say(HEAD)
            status, fields, problem = await line.hear()

            assert (status, problem["code"], fields["connection"]) == (408, "request_too_slow", "close")
            assert await line.is_closed()

    async def test_one_who_says_nothing_is_hung_up_on(self) -> None:
        async with serving(0.05) as dial, dial() as line:
            assert await line.is_closed()

    async def test_the_second_request_has_no_more_time_than_the_first(self) -> None:
        async with serving(0.3) as dial, dial() as line:
            await line.say(HEAD, b"\r\n")
            assert (await line.hear())[0] == 200
            await line.say(HEAD)
            assert (await line.hear())[0] == 408

    async def test_a_head_that_has_arrived_is_waited_for_no_more(self) -> None:
        async with serving(0.05) as dial, dial() as line:
            await line.say(HEAD.replace(b"/echo", b"/slow"), b"\r\n")
            assert await line.hear() == (200, ANY, {"slow": True})

    async def test_empty_lines_do_not_keep_a_line_open(self) -> None:
        async with serving(0.3) as dial, dial() as line:
            await line.say(HEAD, b"\r\n")
            assert (await line.hear())[0] == 200
            await line.say(b"\r\n")
            assert await line.is_closed()


class TestWhatIsServed:
    async def test_one_request_after_another_also_in_pieces_and_with_large_bodies(self, dial: Dial) -> None:
        body = b"x" * (MAX_HEADER_BYTES * 4)
        post = b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\n\r\n" % len(body)
        async with dial() as line:
            for _ in range(2):
                await line.say(*(bytes([byte]) for byte in HEAD), b"\r\n")
                assert (await line.hear())[0] == 200
                await line.say(post, body)
                assert (await line.hear())[2]["bytes"] == len(body)
            await line.say(post + body + post + body + HEAD + b"\r\n")
            assert [(await line.hear())[0] for _ in range(3)] == [200] * 3

    async def test_fields_after_the_body_are_nobody_s(self, dial: Dial) -> None:
        async with dial() as line:
            await line.say(b"POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
            await line.say(b"3\r\nabc\r\n0\r\nAuthorization: Bearer late\r\n\r\n")

            assert (await line.hear())[2] == {"bytes": 3, "fields": ["host", "transfer-encoding"]}
