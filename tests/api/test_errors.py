"""Every refusal and every failure is a problem, and repeats nothing of what was sent."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from asyncpg import PostgresError
from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry import logs
from registry.api.auth.refused import TokenInvalid, Unauthenticated
from registry.api.errors import OnRefusal
from registry.api.problems import CATALOGUE, Problem
from registry.api.refusals import Unavailable
from registry.api.schemas.fields import Out
from registry.domain.errors import DomainError, Forbidden
from tests.api.edge import CANARY, PUBLIC_URL, build, client_of

ID = "7f6d3bde-5a39-4b0c-b7c5-7b7d0c1f7a10"
ENGLISH = {"Accept-Language": "en"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(build()) as client:
        yield client


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Collect what the configured logs write."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("json", level=logging.DEBUG, stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def checked(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Hold an answer against everything that holds for every problem."""
    body: dict[str, Any] = answer.json()
    problem = Problem.model_validate(body)
    assert (answer.status_code, problem.status, problem.code) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert problem.type == f"{PUBLIC_URL}/problems/{code}"
    assert problem.instance == f"urn:uuid:{answer.headers['x-request-id']}"
    assert problem.title in {words.title for words in CATALOGUE[code].words.values()}
    assert CANARY not in answer.text
    assert "…" not in problem.detail
    return body


def failing(error: Exception) -> APIRouter:
    """Make a router whose one route raises."""
    router = APIRouter()

    @router.get("/fails")
    async def fail() -> None:
        raise error

    return router


async def answer_to(error: Exception, *, on_refusal: OnRefusal | None = None) -> httpx.Response:
    async with client_of(build(failing(error), on_refusal=on_refusal)) as client:
        return await client.get("/fails")


DPOP = 'DPoP algs="ES256 ES384 PS256 PS384 RS256 Ed25519"'


class TestWhatTheFrameworkRefuses:
    async def test_an_unknown_address(self, client: httpx.AsyncClient) -> None:
        checked(await client.get("/nothing"), 404, "path_not_found")

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("DELETE", "/visits", "GET, POST"),
            ("PUT", f"/visits/{ID}", "GET, PATCH"),
            ("POST", "/problems", "GET"),
            ("OPTIONS", "/anything", "POST"),
        ],
    )
    async def test_a_method_is_answered_with_those_of_every_route(
        self, client: httpx.AsyncClient, method: str, path: str, allowed: str
    ) -> None:
        answer = await client.request(method, path)

        body = checked(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == ", ".join(body["allowed"]) == allowed

    @pytest.mark.parametrize(
        ("status", "expected", "code"),
        [
            (400, 400, "malformed_request"),
            (401, 401, "unauthenticated"),
            (403, 403, "insufficient_scope"),
            (404, 404, "path_not_found"),
            (418, 400, "malformed_request"),
            (429, 429, "quota_exceeded"),
            (500, 500, "internal_error"),
            (502, 500, "internal_error"),
        ],
    )
    async def test_its_exceptions_lose_their_words(
        self, client: httpx.AsyncClient, status: int, expected: int, code: str
    ) -> None:
        checked(await client.get(f"/http/{status}"), expected, code)

    async def test_unavailable_says_when_to_return(self) -> None:
        answer = await answer_to(Unavailable(retry_after=5))

        assert checked(answer, 503, "unavailable")["retry_after"] == int(answer.headers["retry-after"]) == 5

    @pytest.mark.parametrize(("status", "code"), [(429, "quota_exceeded"), (503, "unavailable")])
    async def test_its_header_fields_are_kept(self, client: httpx.AsyncClient, status: int, code: str) -> None:
        answer = await client.get(f"/http/{status}")

        checked(answer, status, code)
        assert answer.headers["retry-after"] == "7"

    async def test_not_modified_is_no_problem(self, client: httpx.AsyncClient) -> None:
        answer = await client.get("/http/304")

        assert (answer.status_code, answer.content) == (304, b"")


class TestWhatRulesRefuse:
    async def test_facts_become_members_and_never_replace_the_standard_ones(self, client: httpx.AsyncClient) -> None:
        body = checked(await client.post(f"/visits/{ID}/end"), 409, "rule_violation")

        assert (body["earliest_on"], body["visit"]) == ("2020-03-01", ID)
        assert [(error["code"], error["pointer"]) for error in body["errors"]] == [("rule_violation", "/on")]

    async def test_absent_is_answered_without_a_place(self, client: httpx.AsyncClient) -> None:
        assert checked(await client.get(f"/visits/{ID}"), 404, "not_found")["errors"] == []

    @pytest.mark.parametrize(
        ("error", "challenge"),
        [
            (Unauthenticated(), f'Bearer realm="registry", {DPOP}'),
            (TokenInvalid(), f'Bearer realm="registry", error="invalid_token", {DPOP}'),
        ],
    )
    async def test_a_missing_token_is_challenged(self, error: DomainError, challenge: str) -> None:
        answer = await answer_to(error)

        checked(answer, 401, error.code)
        assert answer.headers["www-authenticate"] == challenge


@pytest.mark.parametrize(
    ("accept_language", "language", "title"),
    [(None, "vi", "Không tìm thấy"), ("en", "en", "Not found"), ("fr, en;q=0.1", "en", "Not found")],
)
async def test_a_problem_speaks_the_callers_language(
    client: httpx.AsyncClient, accept_language: str | None, language: str, title: str
) -> None:
    headers = {} if accept_language is None else {"Accept-Language": accept_language}

    answer = await client.get(f"/visits/{ID}", headers=headers)

    assert (answer.headers["content-language"], answer.json()["title"]) == (language, title)
    assert answer.headers["vary"] == "Accept-Language"


class TestRequestId:
    async def test_a_uuid_of_the_caller_is_kept(self, client: httpx.AsyncClient) -> None:
        given = str(uuid4())

        answer = await client.get("/nothing", headers={"X-Request-ID": given})

        assert answer.json()["instance"] == f"urn:uuid:{given}"

    @pytest.mark.parametrize("given", [CANARY, "", "not-a-uuid", f"{ID}0", f"{{{ID}}}"])
    async def test_anything_else_is_replaced(self, client: httpx.AsyncClient, given: str) -> None:
        answer = await client.get("/nothing", headers={"X-Request-ID": given})

        assert str(UUID(answer.headers["x-request-id"])) != given
        checked(answer, 404, "path_not_found")


class TestWhatTheSchemaRefuses:
    @pytest.mark.parametrize(
        ("change", "code", "pointer"),
        [
            ({"name": None}, "wrong_type", "/name"),
            ({"name": ""}, "too_short", "/name"),
            ({"name": "a" * 201}, "too_long", "/name"),
            ({"name": f"{CANARY}\0"}, "wrong_format", "/name"),
            ({"name": f"{CANARY}\x1b"}, "wrong_format", "/name"),
            ({"name": [CANARY]}, "wrong_type", "/name"),
            ({"on": CANARY}, "not_a_date", "/on"),
            ({"on": "2020-02-30"}, "not_a_date", "/on"),
            ({"kind": CANARY}, "wrong_format", "/kind"),
            ({"visits": 11}, "too_large", "/visits"),
            ({"visits": -1}, "too_small", "/visits"),
            ({"visits": CANARY + "x"}, "not_a_number", "/visits"),
            ({"visits": 1.5}, "not_a_number", "/visits"),
            ({"numbers": [CANARY]}, "not_a_uuid", "/numbers/0"),
            ({"numbers": [ID] * 4}, "too_many_items", "/numbers"),
            ({"place": {"commune": CANARY}}, "too_long", "/place/commune"),
            ({"place": {}}, "missing", "/place/commune"),
            ({"place": CANARY}, "wrong_type", "/place"),
            ({"naem": "An"}, "unknown_field", "/naem"),
            ({CANARY: 1}, "unknown_field", ""),
            ({"place": {"commune": "22015", f"số {CANARY}": 1}}, "unknown_field", "/place"),
        ],
    )
    async def test_a_field_at_fault_is_named_and_its_value_is_not(
        self, client: httpx.AsyncClient, logged: io.StringIO, change: dict[str, Any], code: str, pointer: str
    ) -> None:
        answer = await client.post("/visits", json={"name": "An", **change}, headers=ENGLISH)

        [error] = checked(answer, 422, "validation_failed")["errors"]
        assert (error["code"], error["pointer"], error["parameter"]) == (code, pointer, None)
        assert "…" not in error["detail"]
        assert CANARY not in logged.getvalue()

    async def test_every_fault_is_listed(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/visits", json={"name": "", "visits": "x", "on": "y"})

        assert {error["pointer"] for error in answer.json()["errors"]} == {"/name", "/visits", "/on"}

    async def test_at_most_fifty_faults_are_listed(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/visits", json={"name": "An"} | {f"unknown_{n}": n for n in range(60)})

        assert len(checked(answer, 422, "validation_failed")["errors"]) == 50

    @pytest.mark.parametrize("body", [[], CANARY, 7, None])
    async def test_a_body_that_is_no_object_is_refused(self, client: httpx.AsyncClient, body: object) -> None:
        answer = await client.post("/visits", json=body)

        assert [error["pointer"] for error in checked(answer, 422, "validation_failed")["errors"]] == [""]

    @pytest.mark.parametrize(
        ("path", "parameter", "code"),
        [
            (f"/visits?limit={CANARY}", "limit", "too_large"),
            ("/visits?limit=nan", "limit", "not_a_number"),
            (f"/visits/{CANARY}", "visit_id", "not_a_uuid"),
        ],
    )
    async def test_a_parameter_at_fault_is_named(
        self, client: httpx.AsyncClient, path: str, parameter: str, code: str
    ) -> None:
        [error] = checked(await client.get(path), 422, "validation_failed")["errors"]

        assert (error["code"], error["pointer"], error["parameter"]) == (code, None, parameter)

    async def test_limits_are_told(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/visits", json={"name": "An", "visits": 11, "numbers": [ID] * 4}, headers=ENGLISH)

        assert [error["detail"] for error in answer.json()["errors"]] == [
            "The value is above what is allowed (limit: 10).",
            "The list may have at most 3 items.",
        ]


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


class TestRefusalsAreTold:
    async def test_a_refusal_is_told_before_it_is_answered(self) -> None:
        told: list[tuple[str, str]] = []

        async def tell(request: Request, refusal: DomainError) -> None:
            told.append((request.url.path, refusal.code))

        async with client_of(build(on_refusal=tell)) as client:
            checked(await client.get("/http/403"), 403, "insufficient_scope")
            checked(await client.get("/fails"), 500, "internal_error")

        assert told == [("/http/403", "insufficient_scope")]

    async def test_a_refusal_that_cannot_be_recorded_is_not_given(self) -> None:
        async def tell(_request: Request, _refusal: DomainError) -> None:
            raise ConnectionRefusedError

        checked(await answer_to(Forbidden(), on_refusal=tell), 503, "unavailable")


def a_scope(path: str, *, method: str = "GET") -> Scope:
    return {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [],
        "root_path": "", "scheme": "http", "server": ("testserver", 80), "http_version": "1.1",
    }  # fmt: skip
