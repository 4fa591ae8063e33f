"""Routers are asked for their own addresses only, and answer for them as FastAPI's own do."""

from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from registry.api.router import Router

ID = UUID("23eb9427-22da-448f-addb-380f2309bfe5")

things, parts = Router(prefix="/things/{thing_id:uuid}"), Router(prefix="/parts")
collections = Router()


@things.get("/names")
async def read_names() -> str:
    return "names"


@parts.get("/{name}")
async def read_part(name: str) -> str:
    return name


collections.include_router(things)
collections.include_router(parts)


@pytest.fixture
async def client() -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(collections)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://registry.example")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/things/{ID}/names", 200),
        ("GET", "/parts/wheel", 200),
        ("POST", f"/things/{ID}/names", 405),
        ("GET", f"/things/{ID}", 404),
        ("GET", "/things/one/names", 404),
    ],
)
async def test_what_is_answered(client: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    assert (await client.request(method, path)).status_code == status


async def test_no_route_is_asked_for_the_address_of_another_collection() -> None:
    asked: list[str] = []

    class Noted(APIRoute):
        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            asked.append(scope["path"])
            return super().matches(scope)

    router, app = Router(prefix="/mine", route_class=Noted), FastAPI()
    router.add_api_route("/names", read_names)
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://registry.example") as client:
        for path in ("/others/names", "/mine", "/mine/names"):
            await client.get(path)

    assert set(asked) == {"/mine/names"}
