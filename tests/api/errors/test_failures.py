"""Every failure, also of what is around the application, is a problem that says nothing of the inside."""

import asyncio
import io

import httpx
import pytest
from asyncpg import PostgresError
from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.api.schemas.fields import Out
from registry.domain.errors import Forbidden
from tests.api.edge import CANARY, build, client_of
from tests.api.errors.problems import answer_to, checked


class TestFailures:
    async def test_an_error_nobody_foresaw_says_nothing(self, client: httpx.AsyncClient, logged: io.StringIO) -> None:
        answer = await client.get("/fails")

        checked(answer, 500, "internal_error")
        assert CANARY not in logged.getvalue()
        assert '"event": "request.failed"' in logged.getvalue()
        assert "builtins.ValueError" in logged.getvalue()

    async def test_an_answer_that_breaks_its_own_schema_says_nothing(self, logged: io.StringIO) -> None:
        router = APIRouter()

        @router.get("/fails", response_model=Out)
        async def fail() -> str:
            return CANARY

        async with client_of(build(router)) as client:
            checked(await client.get("/fails"), 500, "internal_error")
        assert CANARY not in logged.getvalue()

    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [(ValueError(CANARY), 500, "internal_error"), (Forbidden(), 403, "insufficient_scope")],
    )
    async def test_middleware_that_fails_is_answered_for(
        self, logged: io.StringIO, error: Exception, status: int, code: str
    ) -> None:
        class Failing:
            def __init__(self, app: ASGIApp) -> None:
                pass

            async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
                raise error

        async with client_of(build(middleware=[Middleware(Failing)])) as client:
            checked(await client.get("/visits"), status, code)
        assert CANARY not in logged.getvalue()

    async def test_an_answer_already_begun_is_broken_off(self, logged: io.StringIO) -> None:
        sent: list[Message] = []

        async def receive() -> Message:
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        await build()(a_scope("/breaks-off"), receive, send)

        assert [message.get("body") for message in sent[1:]] == [b"first\n"]
        assert '"event": "answer.broken_off"' in logged.getvalue()
        assert CANARY not in logged.getvalue()

    async def test_a_caller_who_left_is_no_failure(self, logged: io.StringIO) -> None:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        await build()(a_scope("/streamed", method="POST"), receive, send)

        assert sent == []
        assert '"level": "error"' not in logged.getvalue()


class TestDatabaseThatIsNotThere:
    @pytest.mark.parametrize("state", ["08006", "53300", "57014", "57P01", "57P03", "25006", "40001", "40P01", "55P03"])
    async def test_a_database_that_cannot_now_may_later(self, state: str) -> None:
        answer = await answer_to(PostgresError.new({"C": state, "M": CANARY}))

        assert checked(answer, 503, "unavailable")["retry_after"] == 2

    @pytest.mark.parametrize("host", ["127.0.0.1:1", "?host=/nowhere"])
    async def test_a_server_that_is_not_there_is_unavailable(self, host: str) -> None:
        server, _, directory = host.partition("?")
        engine = create_async_engine(f"postgresql+asyncpg://nobody@{server}/none{'?' + directory if directory else ''}")
        router = APIRouter()

        @router.get("/fails")
        async def fail() -> None:
            async with engine.connect() as connection:
                await connection.execute(text("select 1"))

        async with client_of(build(router)) as client:
            checked(await client.get("/fails"), 503, "unavailable")
        await engine.dispose()


def a_scope(path: str, *, method: str = "GET") -> Scope:
    return {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [],
        "root_path": "", "scheme": "http", "server": ("testserver", 80), "http_version": "1.1",
    }  # fmt: skip
