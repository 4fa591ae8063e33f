"""A small application behind the real edge: the tests of errors, strict bodies and pages talk to it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import httpx
from fastapi import APIRouter, Body, FastAPI, HTTPException, Query, Request, Response
from pydantic import Field, JsonValue
from starlette.middleware import Middleware
from starlette.responses import StreamingResponse

from registry.api import errors
from registry.api.errors import OnRefusal
from registry.api.request_log import RequestLog
from registry.api.routers import problems
from registry.api.schemas.fields import In, Line, Out
from registry.api.strict_json import MERGE_PATCH, StrictRoute
from registry.domain.errors import DomainError, NotFound, RuleViolation

PUBLIC_URL = "https://registry.example"
MAX_BODY_BYTES = 4096
CANARY = "079199000123"
"""Looks like an identity number; may show in no answer and in no log."""


class VisitIn(In):
    """A body with one field of each kind."""

    name: Line
    on: date | None = None
    kind: Annotated[str, Field(pattern=r"^[a-z_]+$", max_length=20)] = "first"
    visits: Annotated[int, Field(ge=0, le=10)] = 0
    numbers: Annotated[tuple[UUID, ...], Field(max_length=3)] = ()
    place: "PlaceIn | None" = None


class PlaceIn(In):
    """A body within the body."""

    commune: Annotated[str, Field(min_length=5, max_length=5)]


class ValueOut(Out):
    """What a handler received."""

    value: JsonValue


def build(
    router: APIRouter | None = None,
    *,
    constraints: Mapping[str, type[DomainError]] | None = None,
    on_refusal: OnRefusal | None = None,
    middleware: Sequence[Middleware] = (),
) -> FastAPI:
    """Make an application of a router between the real error boundary and request log."""
    app = FastAPI(redirect_slashes=False, middleware=middleware)
    app.include_router(problems.router)
    app.include_router(router or sample_router())
    errors.install(
        app,
        public_url=PUBLIC_URL,
        max_body_bytes=MAX_BODY_BYTES,
        constraints=constraints or {},
        on_refusal=on_refusal,
    )
    app.add_middleware(RequestLog)
    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    """Talk to an application; what it fails to answer itself fails the test."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver")


def sample_router() -> APIRouter:  # noqa: C901 - a list of routes
    """Make routes that read, refuse and fail in every way."""
    router = APIRouter(route_class=StrictRoute)

    @router.post("/visits")
    async def add_visit(body: VisitIn) -> ValueOut:
        return ValueOut(value=body.model_dump(mode="json"))

    @router.post("/anything")
    async def echo(body: Annotated[JsonValue, Body()]) -> ValueOut:
        return ValueOut(value=body)

    @router.patch("/visits/{visit_id}")
    async def change_visit(visit_id: UUID, body: Annotated[VisitIn, Body(media_type=MERGE_PATCH)]) -> ValueOut:
        return ValueOut(value=[str(visit_id), body.name])

    @router.get("/visits")
    async def list_visits(limit: Annotated[int, Query(ge=1, le=500)] = 50, text: str = "") -> ValueOut:
        return ValueOut(value=[limit, text])

    @router.get("/visits/{visit_id}")
    async def read_visit(visit_id: UUID) -> ValueOut:
        raise NotFound(kind=visit_id.version)

    @router.post("/visits/{visit_id}/end")
    async def end_visit(visit_id: UUID) -> ValueOut:
        raise RuleViolation(pointer="/on", earliest_on=date(2020, 3, 1), visit=visit_id, type="hidden")

    @router.get("/http/{status}")
    async def refuse_by_framework(status: int) -> ValueOut:
        raise HTTPException(status, detail=CANARY, headers={"Retry-After": "7"})

    @router.get("/fails")
    async def fail() -> ValueOut:
        raise ValueError(CANARY)

    @router.get("/breaks-off")
    async def break_off() -> Response:
        async def lines() -> AsyncIterator[bytes]:
            yield b"first\n"
            raise ValueError(CANARY)

        return StreamingResponse(lines())

    @router.post("/streamed")
    async def read_stream(request: Request) -> ValueOut:
        return ValueOut(value=len(b"".join([chunk async for chunk in request.stream()])))

    return router
