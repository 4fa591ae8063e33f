"""What an application shows by default: nothing of itself, to no other origin, and over TLS alone once it is there."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from registry import __version__
from registry.api.app import create_app
from registry.settings import Settings
from registry.vault.ring import new_entry

ORIGIN = {"Origin": "https://elsewhere.example"}


def an_app(**over: object) -> FastAPI:
    secrets = {"secret": "a secret for tests only, never for a service", "master_keys": new_entry(1)}
    return create_app(Settings.model_validate({**secrets, **over}))


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://registry.test")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token, of an application with default settings."""
    async with client_of(an_app()) as client:
        yield client


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/metrics", "/docs/assets/5.35.0/docs.css", "/redoc"])
async def test_docs_and_metrics_do_not_exist_unless_they_are_opened(path: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "path_not_found")


@pytest.mark.parametrize(("setting", "path"), [("docs_open", "/openapi.json"), ("metrics_open", "/metrics")])
async def test_each_is_opened_by_its_setting(setting: str, path: str) -> None:
    async with client_of(an_app(**{setting: True})) as client:
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("path", ["/", "/problems", "/problems/not_found", "/health/live", "/v1/meta", "/none"])
async def test_no_answer_to_a_stranger_tells_a_version(path: str, client: httpx.AsyncClient) -> None:
    answer = await client.get(path)
    told = f"{answer.headers} {answer.text}".lower()
    assert [
        word for word in (__version__, "uvicorn", "fastapi", "starlette", "python", "postgres") if word in told
    ] == []


@pytest.mark.parametrize("path", ["/", "/v1/meta", "/v1/persons"])
async def test_no_other_origin_may_read_an_answer(path: str, client: httpx.AsyncClient) -> None:
    preflight = await client.options(path, headers=ORIGIN | {"Access-Control-Request-Method": "GET"})
    answer = await client.get(path, headers=ORIGIN)

    assert preflight.status_code == 405
    shown = [name for name in (*preflight.headers, *answer.headers) if name.startswith("access-control-")]
    assert shown == []
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "CONNECT"])
async def test_an_unused_method_is_refused_with_those_that_are(method: str, client: httpx.AsyncClient) -> None:
    answer = await client.request(method, "/v1/persons")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    ("public_url", "told"),
    [("https://registry.example", "max-age=31536000; includeSubDomains"), ("http://127.0.0.1:8000", None)],
)
async def test_browsers_are_kept_to_tls_where_the_public_address_has_it(public_url: str, told: str | None) -> None:
    async with client_of(an_app(public_url=public_url)) as client:
        answers = [await client.get(path) for path in ("/", "/v1/persons", "/none")]
    assert [answer.headers.get("strict-transport-security") for answer in answers] == [told] * 3


async def test_plain_http_is_never_answered_with_the_way_to_https() -> None:
    """A redirect would teach clients to send tokens in the clear first (ASVS 4.1.2)."""
    async with client_of(an_app(public_url="https://registry.example")) as client:
        answers = [await client.get(path) for path in ("/", "/v1/persons", "/v1/persons/", "/none")]
    assert [answer.status_code for answer in answers] == [200, 401, 404, 404]
    assert ["location" in answer.headers for answer in answers] == [False] * 4


@pytest.mark.parametrize(
    "invented",
    [
        {"X-User-Id": "somebody", "X-Remote-User": "somebody", "X-Authenticated-User": "somebody"},
        {"X-Forwarded-User": "somebody", "X-Forwarded-Email": "somebody@example"},
        {"X-Original-URL": "/health/live", "X-Rewrite-URL": "/health/live"},
        {"X-HTTP-Method-Override": "GET"},
        {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "https", "Forwarded": "host=elsewhere.example"},
    ],
    ids=["user", "proxy's user", "address", "method", "host"],
)
async def test_headers_of_a_proxy_open_nothing(invented: dict[str, str], client: httpx.AsyncClient) -> None:
    plain = await client.post("/v1/persons", json={})
    answer = await client.post("/v1/persons", json={}, headers=invented)

    assert answer.status_code == plain.status_code == 401
    assert "elsewhere.example" not in f"{answer.headers} {answer.text}"
