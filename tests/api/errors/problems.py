"""Problems as they are provoked, and as they are held against what holds for all of them."""

from typing import Any

import httpx
from fastapi import APIRouter

from registry.api.errors import OnRefusal
from registry.api.problems import CATALOGUE, Problem
from tests.api.edge import CANARY, PUBLIC_URL, build, client_of

ID = "7f6d3bde-5a39-4b0c-b7c5-7b7d0c1f7a10"


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
