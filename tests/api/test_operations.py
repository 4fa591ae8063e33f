"""What surrounds the routes: health, metrics, request log, headers, front page."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient

from registry.api import docs_page, errors, metrics
from registry.api.metrics import Metrics, RequestMetrics
from registry.api.readiness import Check, Progress, Readiness
from registry.api.request_log import RequestLog
from registry.api.routers import front, health
from registry.api.security_headers import SecurityHeaders

persons = APIRouter(prefix="/persons")


@persons.get("/{person_id}")
async def get_person(person_id: UUID) -> dict[str, str]:
    return {"id": str(person_id)}


@persons.get("/{person_id}/fault")
async def get_fault(person_id: UUID) -> None:
    raise RuntimeError(str(person_id))


def an_app() -> FastAPI:
    """Assemble what surrounds the routes in the order of the whole application: the last added is outermost."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.readiness = Readiness()
    app.include_router(front.router)
    app.include_router(health.router)
    app.include_router(persons, prefix="/v1")
    counted = Metrics()
    metrics.install(app, counted)
    errors.install(app, public_url="http://registry.test", max_body_bytes=1024, constraints={})
    app.add_middleware(RequestMetrics, metrics=counted)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog)
    return app


@pytest.fixture
def app() -> FastAPI:
    return an_app()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://registry.test") as client:
        yield client


@pytest.fixture
def request_lines() -> Iterator[list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(vars(record))

    logger = logging.getLogger("registry.api.request_log")
    keep, level = Keep(), logger.level
    logger.addHandler(keep)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(keep)
    logger.setLevel(level)


async def holds() -> bool:
    return True


async def fails() -> bool:
    return False


async def raises() -> bool:
    raise OSError


async def hangs() -> bool:
    await asyncio.Event().wait()
    return True


class TestHealth:
    async def test_the_process_is_alive_whatever_is_missing(self, app: FastAPI, client: AsyncClient) -> None:
        app.state.readiness.require("database", fails)

        answer = await client.get("/health/live")

        assert (answer.status_code, answer.json()) == (200, {"status": "live"})

    async def test_ready_when_every_check_holds(self, app: FastAPI, client: AsyncClient) -> None:
        app.state.readiness.require("database", holds)

        answer = await client.get("/health/ready")

        assert answer.status_code == 200
        assert answer.json() == {"status": "ready", "checks": [{"name": "database", "ok": True}]}

    @pytest.mark.parametrize("check", [fails, raises, hangs], ids=["fails", "raises", "hangs"])
    async def test_not_ready_when_a_check(
        self, check: Check, app: FastAPI, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("registry.api.readiness.PATIENCE_SECONDS", 0.05)
        app.state.readiness.require("database", holds)
        app.state.readiness.require("migrations", check)

        answer = await client.get("/health/ready")

        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "1"
        problem = answer.json()
        assert health.NotReadyProblem.model_validate(problem).type == "http://registry.test/problems/not_ready"
        assert (problem["code"], problem["progress"]) == ("not_ready", None)
        assert problem["checks"] == [{"name": "database", "ok": True}, {"name": "migrations", "ok": False}]

    async def test_not_ready_while_the_demo_is_loaded(self, app: FastAPI, client: AsyncClient) -> None:
        app.state.readiness.loading = Progress(percent=40, text="Posting treatment")

        loading = await client.get("/health/ready")
        app.state.readiness.loading = None
        loaded = await client.get("/health/ready")

        assert loading.status_code == 503
        assert loading.json()["progress"] == {"percent": 40, "text": "Posting treatment"}
        assert loaded.status_code == 200


class TestMetrics:
    async def test_requests_are_counted_by_template_never_by_path(self, client: AsyncClient) -> None:
        one, other = uuid4(), uuid4()
        await client.get(f"/v1/persons/{one}")
        await client.get(f"/v1/persons/{other}?name=canary")
        await client.get("/v1/persons/canary")
        await client.get("/canary")

        text = (await client.get("/metrics")).text

        template = 'route="/v1/persons/{person_id}"'
        assert f'registry_http_requests_total{{method="GET",{template},status="200"}} 2.0' in text
        assert f'registry_http_requests_total{{method="GET",{template},status="422"}} 1.0' in text
        assert 'registry_http_requests_total{method="GET",route="unmatched",status="404"} 1.0' in text
        assert f'registry_http_request_duration_seconds_count{{method="GET",{template}}} 3.0' in text
        assert "registry_http_requests_in_flight 1.0" in text
        assert not [value for value in ("canary", str(one), str(other)) if value in text]

    async def test_an_invented_method_makes_no_series_of_its_own(self, client: AsyncClient) -> None:
        await client.request("CANARY", "/health/live")

        text = (await client.get("/metrics")).text

        assert 'method="OTHER"' in text
        assert "CANARY" not in text

    async def test_a_fault_counts_as_500(self, client: AsyncClient) -> None:
        await client.get(f"/v1/persons/{uuid4()}/fault")

        text = (await client.get("/metrics")).text

        assert 'route="/v1/persons/{person_id}/fault",status="500"} 1.0' in text

    async def test_two_applications_count_apart(self, client: AsyncClient) -> None:
        await client.get("/health/live")
        other = an_app()

        async with AsyncClient(transport=ASGITransport(other), base_url="http://registry.test") as elsewhere:
            text = (await elsewhere.get("/metrics")).text

        assert "/health/live" not in text


class TestRequestLog:
    async def test_a_line_names_the_template_and_the_answers_request_id(
        self, client: AsyncClient, request_lines: list[dict[str, Any]]
    ) -> None:
        answer = await client.get(f"/v1/persons/{uuid4()}?name=canary")

        (line,) = request_lines
        assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/persons/{person_id}", 200)
        assert line["duration_ms"] >= 0
        assert UUID(answer.headers["x-request-id"]).version == 4
        assert "canary" not in str(line)

    async def test_a_callers_uuid_is_taken_over(self, client: AsyncClient) -> None:
        given = str(uuid4())
        assert (await client.get("/", headers={"X-Request-ID": given})).headers["x-request-id"] == given

    @pytest.mark.parametrize("given", ["054090001234", "Nguyen-Van-A", ""], ids=["number", "name", "empty"])
    async def test_anything_freer_is_replaced(self, given: str, client: AsyncClient) -> None:
        answer = await client.get("/", headers={"X-Request-ID": given})
        assert UUID(answer.headers["x-request-id"]).version == 4

    @pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
    async def test_monitoring_does_not_fill_the_log(
        self, path: str, client: AsyncClient, request_lines: list[dict[str, Any]]
    ) -> None:
        await client.get(path)
        assert request_lines == []


class TestSecurityHeaders:
    @pytest.mark.parametrize(
        ("path", "status"),
        [(f"/v1/persons/{uuid4()}", 200), ("/v1/absent", 404), (f"/v1/persons/{uuid4()}/fault", 500)],
        ids=["success", "refusal", "fault"],
    )
    async def test_every_answer_below_v1(self, path: str, status: int, client: AsyncClient) -> None:
        answer = await client.get(path)

        assert answer.status_code == status
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]
        assert "server" not in answer.headers


class TestFront:
    async def test_programs_get_addresses(self, app: FastAPI, client: AsyncClient) -> None:
        docs_page.install(app)

        answer = await client.get("/")

        assert answer.json() == {
            "title": "Rehabilitation case registry",
            "docs": "/docs",
            "openapi": "/openapi.json",
            "meta": "/v1/meta",
            "health": "/health/ready",
        }
        assert answer.headers["vary"] == "Accept"

    async def test_browsers_get_a_page_that_its_own_policy_lets_through(self, client: AsyncClient) -> None:
        answer = await client.get("/", headers={"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"})

        assert answer.headers["content-type"].startswith("text/html")
        assert f"style-src 'sha256-{front.STYLE_HASH}'" in answer.headers["content-security-policy"]
        assert 'href="health/ready"' in answer.text

    async def test_a_closed_api_page_is_not_advertised(self, client: AsyncClient) -> None:
        answer = await client.get("/", headers={"Accept": "text/html"})
        assert "docs" not in answer.text
        assert (await client.get("/")).json()["docs"] is None
