"""The specification keeps its rules, and each rule notices when it is broken."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from pydantic import ConfigDict, Field, JsonValue

from registry.api import openapi, problems
from registry.api.app import create_app
from registry.api.auth.challenge import BEARER
from registry.api.routers import front, health
from registry.api.schemas.fields import Day, In, Line, Out
from registry.api.tags import TAGS, Tag
from registry.settings import Settings
from tests import openapi_rules as rules

Rule = Callable[[dict[str, Any]], list[str]]

PUBLIC = frozenset({"GET /", "GET /health/live", "GET /health/ready"})
EXAMPLE: dict[str, JsonValue] = {"title": "Trạm y tế", "opened": "2020-01-31"}


def unguarded(spec: dict[str, Any]) -> list[str]:
    return rules.unguarded(spec, PUBLIC)


RULES: tuple[Rule, ...] = (
    rules.unbounded,
    rules.undescribed,
    rules.misnamed,
    unguarded,
    rules.undocumented_refusals,
    rules.without_request_id,
    rules.without_limits,
    rules.open_requests,
    rules.boundless_dates,
    rules.bare_answers,
    rules.wrong_examples,
    rules.bodies_without_example,
)


class StationIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    title: Annotated[Line, Field(description="Name of the station.")]
    opened: Annotated[Day, Field(description="Day it opened.")]


class StationOut(Out):
    title: Annotated[str, Field(max_length=200, description="Name of the station.")]
    beds: Annotated[int, Field(ge=0, le=1000, description="Number of beds.", examples=[12])]


class StationPage(Out):
    items: Annotated[list[StationOut], Field(max_length=100, description="One page.")]


def a_small_app() -> FastAPI:
    bearer = Depends(HTTPBearer(scheme_name=BEARER))
    app = FastAPI(generate_unique_id_function=openapi.operation_id)

    @app.post("/v1/stations", tags=[Tag.ORGANISATIONS], dependencies=[bearer], responses=ACCESS)
    async def post_station(body: StationIn) -> StationOut:
        """Add a station."""
        return StationOut(title=body.title, beds=0)

    @app.get("/v1/stations", tags=[Tag.ORGANISATIONS], dependencies=[bearer], responses=ACCESS)
    async def list_stations(
        limit: Annotated[int, Field(ge=1, le=100, description="Size of the page.", examples=[20])] = 20,
    ) -> StationPage:
        """List stations."""
        return StationPage(items=[StationOut(title="Trạm Mẫu", beds=12)][:limit])

    app.include_router(health.router)
    app.include_router(front.router)
    return app


ACCESS = problems.responses(*problems.WITH_TOKEN, body=True)


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return openapi.build(a_small_app())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_small_application_keeps(rule: Rule, spec: dict[str, Any]) -> None:
    assert rule(spec) == []


@pytest.fixture(scope="module")
def whole(settings: Settings) -> dict[str, Any]:
    return openapi.build(create_app(settings))


def test_the_whole_application_has_operations(whole: dict[str, Any]) -> None:
    assert len(list(rules.operations(whole))) > len(PUBLIC)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_whole_application_keeps(rule: Rule, whole: dict[str, Any]) -> None:
    assert rule(whole) == []


def without(*path: str) -> Callable[[dict[str, Any]], None]:
    def spoil(spec: dict[str, Any]) -> None:
        node: Any = spec
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]

    return spoil


def putting(value: object, *path: str) -> Callable[[dict[str, Any]], None]:
    def spoil(spec: dict[str, Any]) -> None:
        node: Any = spec
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = value

    return spoil


STATION = ("components", "schemas", "StationOut", "properties")
BODY = ("components", "schemas", "StationIn")
POST = ("paths", "/v1/stations", "post")


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        (rules.unbounded, without(*STATION, "title", "maxLength")),
        (rules.unbounded, without(*STATION, "beds", "maximum")),
        (rules.unbounded, without("components", "schemas", "StationPage", "properties", "items", "maxItems")),
        (rules.undescribed, without(*STATION, "beds", "description")),
        (rules.undescribed, without(*POST, "description")),
        (rules.misnamed, putting("list_stations", *POST, "operationId")),
        (rules.misnamed, putting(["Elsewhere"], *POST, "tags")),
        (rules.misnamed, putting({}, "components", "schemas", "app__one__Station")),
        (unguarded, putting([], *POST, "security")),
        (unguarded, putting([{"bearer": []}], "paths", "/health/live", "get", "security")),
        (rules.undocumented_refusals, without(*POST, "responses", "403")),
        (rules.undocumented_refusals, putting({"description": "", "content": {}}, *POST, "responses", "400")),
        (rules.without_request_id, without(*POST, "responses", "200", "headers")),
        (rules.without_limits, without(*POST, "responses", "200", "headers", "RateLimit")),
        (rules.without_limits, without("components", "responses", "TooManyRequests", "headers", "Retry-After")),
        (rules.open_requests, without(*BODY, "additionalProperties")),
        (rules.boundless_dates, without(*BODY, "properties", "opened", "pattern")),
        (rules.bare_answers, putting("array", "components", "schemas", "StationOut", "type")),
        (rules.wrong_examples, putting(["many"], *STATION, "beds", "examples")),
        (rules.wrong_examples, putting([{"title": "x", "opened": "today"}], *BODY, "examples")),
        (rules.bodies_without_example, without(*BODY, "examples")),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_rule_notices(rule: Rule, spoil: Callable[[dict[str, Any]], None], spec: dict[str, Any]) -> None:
    spoiled = copy.deepcopy(spec)
    spoil(spoiled)
    assert rule(spoiled) != []


def test_the_groups_come_in_our_order_and_only_where_used(spec: dict[str, Any]) -> None:
    assert [tag["name"] for tag in spec["tags"]] == ["Organisations", "Service"]
    assert all(tag["description"] for tag in TAGS)


def test_what_operations_refuse_alike_is_written_once(spec: dict[str, Any]) -> None:
    refused = [spec["paths"]["/v1/stations"][method]["responses"]["401"] for method in ("get", "post")]
    assert refused == [{"$ref": "#/components/responses/Unauthorized"}] * 2
    assert list(spec["components"]["responses"]["Unauthorized"]["content"]) == ["application/problem+json"]


def test_what_needs_no_token_says_so(spec: dict[str, Any]) -> None:
    assert spec["paths"]["/health/live"]["get"]["security"] == []
    assert spec["paths"]["/v1/stations"]["get"]["security"] == [{"bearer": []}]


def test_what_takes_a_key_promises_a_replay_but_for_a_push(whole: dict[str, Any]) -> None:
    taking = {
        operation["operationId"]: "Idempotent-Replayed" in json.dumps(operation["responses"])
        for operation in openapi.operations(whole)
        if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ()))
    }

    assert {name for name, promises in taking.items() if not promises} == {"push_operations"}


def test_the_frameworks_own_error_is_gone(spec: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in json.dumps(spec)


def test_the_same_routes_give_the_same_text() -> None:
    text = openapi.dump(a_small_app())
    assert text == openapi.dump(a_small_app())
    assert text.endswith("}\n")


def test_a_committed_copy_that_fell_behind_is_noticed(tmp_path: Path) -> None:
    committed = tmp_path / "registry.json"
    app = a_small_app()
    assert openapi.check(app, committed) != []

    committed.write_text(openapi.dump(app), encoding="utf-8")
    assert openapi.check(app, committed) == []

    app.add_api_route("/v1/late", lambda: None, methods=["GET"])
    assert any("/v1/late" in line for line in openapi.check(app, committed))
