"""Merges, asked for and approved by two people."""

from uuid import uuid4

import httpx
from pydantic import JsonValue

from tests.factories.bodies import Body
from tests.factories.posted import body_of, pages


def a_merge(into: str, **over: JsonValue) -> Body:
    return {"id": str(uuid4()), "into_id": into, "reason": "One number, and the family confirms it.", **over}


async def asked(client: httpx.AsyncClient, person: str, into: str, **over: JsonValue) -> Body:
    answer = await client.post(f"/v1/persons/{person}/merge", json=a_merge(into, **over))
    assert answer.status_code == 200, answer.text
    return body_of(answer)


async def settled(client: httpx.AsyncClient, merge_id: str, decision: str = "approve") -> httpx.Response:
    (task,) = [task for task in await pages(client, "/v1/tasks?kind=merge_approval") if task["record_id"] == merge_id]
    return await client.post(f"/v1/tasks/{task['id']}/settle", json={"decision": decision})


async def merged(clerk: httpx.AsyncClient, second: httpx.AsyncClient, person: str, into: str, **over: JsonValue) -> str:
    """Merge a person into another; the merge's id."""
    merge_id = str((await asked(clerk, person, into, **over))["merge"]["id"])
    answer = await settled(second, merge_id)
    assert answer.status_code == 200, answer.text
    return merge_id


async def unmerged(
    clerk: httpx.AsyncClient, second: httpx.AsyncClient, person: str, *, reason: str = "The number was mistyped."
) -> None:
    answer = await clerk.post(f"/v1/persons/{person}/unmerge", json={"reason": reason})
    assert answer.status_code == 200, answer.text
    answer = await settled(second, body_of(answer)["id"])
    assert answer.status_code == 200, answer.text


async def survivor_of(client: httpx.AsyncClient, person: str) -> str | None:
    survivor: str | None = body_of(await client.get(f"/v1/persons/{person}"))["merged_into"]
    return survivor
