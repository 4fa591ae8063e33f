"""Pages of other origins: those that are named may call from a browser, without the browser's own credentials."""

from collections.abc import AsyncIterator

import httpx
import pytest

from registry.api.app import create_app
from registry.api.origins import SENT
from registry.settings import Settings
from tests.factories.specification import SPEC

PORTAL = "https://portal.example"
ASKED = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization, if-match"}


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update={"cors_origins": (PORTAL,)}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://registry.example") as client:
        yield client


def granted(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


async def test_a_page_that_is_named_may_send_what_the_api_reads(client: httpx.AsyncClient) -> None:
    preflight = await client.options("/v1/persons/1", headers={"Origin": PORTAL, **ASKED})

    assert preflight.status_code == 204
    told = granted(preflight)
    assert told["access-control-allow-origin"] == PORTAL
    assert set(told["access-control-allow-methods"].split(", ")) == {"GET", "POST", "PATCH"}
    assert {"Authorization", "If-Match", "Registry-Grant"} <= set(told["access-control-allow-headers"].split(", "))
    assert "access-control-allow-credentials" not in told


def test_every_header_field_that_an_operation_reads_may_be_sent() -> None:
    operations = [each for path in SPEC["paths"].values() for each in path.values()]
    read = {
        each["name"] for operation in operations for each in operation.get("parameters", ()) if each["in"] == "header"
    }

    assert "Registry-Grant" in read
    assert read <= set(SENT)


async def test_it_may_read_the_answers_also_refusals_and_their_fields(client: httpx.AsyncClient) -> None:
    for path, status in (("/health/live", 200), ("/v1/persons", 401), ("/v1/persons?name=%ff", 400)):
        answer = await client.get(path, headers={"Origin": PORTAL})
        told = granted(answer)

        assert (answer.status_code, told["access-control-allow-origin"]) == (status, PORTAL)
        assert {"ETag", "RateLimit", "Retry-After"} <= set(told["access-control-expose-headers"].split(", "))
        assert "access-control-allow-credentials" not in told
        assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "http://portal.example", "https://portal.example:444", "null"]
)
async def test_no_other_page_may(client: httpx.AsyncClient, origin: str) -> None:
    preflight = await client.options("/v1/persons", headers={"Origin": origin, **ASKED})
    answer = await client.get("/v1/persons", headers={"Origin": origin})

    assert (preflight.status_code, preflight.json()["code"]) == (405, "method_not_allowed")
    assert granted(preflight) == granted(answer) == {}


@pytest.mark.parametrize("origin", ["*", "https://*.example", "https://portal.example/", "portal.example"])
def test_only_whole_origins_can_be_named(origin: str) -> None:
    with pytest.raises(ValueError, match="cors_origins"):
        Settings.model_validate({"cors_origins": [origin]})
