"""Requests under an idempotency key, and what the service kept of them."""

from uuid import uuid4

import httpx
from fastapi import FastAPI

from tests.factories.bodies import Body
from tests.factories.posted import MERGE_PATCH
from tests.factories.stored import rows


def a_key() -> str:
    return f'"{uuid4()}"'


def nameless(body: Body) -> Body:
    """A new record whose id, and that of what comes with it, is left to the service."""
    inner = {name: nameless(value) if isinstance(value, dict) else value for name, value in body.items()}
    return {name: value for name, value in inner.items() if name != "id"}


async def posted(client: httpx.AsyncClient, path: str, body: Body, key: str) -> httpx.Response:
    return await client.post(path, json=body, headers={"Idempotency-Key": key})


async def patched(client: httpx.AsyncClient, address: str, fields: Body, tag: str, key: str) -> httpx.Response:
    headers = {"Idempotency-Key": key, "If-Match": tag, "Content-Type": MERGE_PATCH}
    return await client.patch(address, json=fields, headers=headers)


def is_replayed(answer: httpx.Response) -> bool:
    return "idempotent-replayed" in answer.headers


async def kept(app: FastAPI) -> int:
    """How many keys are kept."""
    ((count,),) = await rows(app, "SELECT count(*) FROM idempotency_key")
    return int(count)
