"""Pushes as devices send them, and what tests ask of their answers."""

import json
from itertools import count
from typing import Any

import httpx
from pydantic import JsonValue

from registry.api.records.kind import Kind
from registry.api.sync.kinds import is_of_person
from tests.factories.bodies import Body, a_fresh
from tests.factories.posted import body_of

ADDRESS = "/v1/sync/push"

_refs = count(1)


def creating(kind: Kind, body: Body | None = None, *, of: str | None = None, **over: JsonValue) -> Body:
    """Create a record, under a person where its kind belongs to people."""
    record = dict(body or a_fresh(kind))
    owner = {"person_id": of} if is_of_person(kind) else {}
    return {
        "ref": a_ref(),
        "op": "create",
        "kind": kind.singular,
        "id": record.pop("id"),
        **owner,
        "body": record,
        **over,
    }


def changing(kind: Kind, record_id: str, fields: Body, *, base: int = 1, of: str | None = None) -> Body:
    owner = {} if of is None else {"person_id": of}
    return {
        "ref": a_ref(), "op": "change", "kind": kind.singular, "id": record_id, **owner,
        "base_version": base, "body": fields,
    }  # fmt: skip


def voiding(kind: Kind, record_id: str, *, of: str | None = None, **over: JsonValue) -> Body:
    owner = {} if of is None else {"person_id": of}
    return {
        "ref": a_ref(), "op": "void", "kind": kind.singular, "id": record_id, **owner,
        "reason": "Entered twice.", **over,
    }  # fmt: skip


def a_ref() -> str:
    return f"op-{next(_refs)}"


async def push(client: httpx.AsyncClient, *operations: Body, **options: Any) -> list[Body]:  # noqa: ANN401 - of httpx
    """Push operations; their results, in the order sent."""
    return results_of(await client.post(ADDRESS, json={"operations": list(operations)}, **options), *operations)


async def push_text(client: httpx.AsyncClient, *operations: str | bytes) -> list[Body]:
    """Push operations that may be no JSON at all."""
    parts = [part.encode() if isinstance(part, str) else part for part in operations]
    content = b'{"operations": [' + b", ".join(parts) + b"]}"
    answer = await client.post(ADDRESS, content=content, headers={"Content-Type": "application/json"})
    return results_of(answer, *parts)


def results_of(answer: httpx.Response, *operations: Any) -> list[Body]:  # noqa: ANN401 - bodies or bytes
    assert answer.status_code == 200, answer.text
    results: list[Body] = body_of(answer)["results"]
    assert [result["index"] for result in results] == list(range(len(operations)))
    return results


def statuses(results: list[Body]) -> list[str]:
    return [result["status"] for result in results]


def told(result: Body) -> tuple[str, str | None, str | None]:
    """Status, code and the first place at fault."""
    return result["status"], result["code"], result["errors"][0]["pointer"] if result["errors"] else None


def written(operation: Body) -> str:
    return json.dumps(operation)
