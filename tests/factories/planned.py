"""Plans as clients post them, and how they stand."""

import httpx
from pydantic import JsonValue

from registry.api.kinds.plans import PLANS, TARGET_REPORTS, TARGETS
from tests.factories.bodies import Body, a_record
from tests.factories.posted import body_of, created

PLAN_86: Body = {
    "document_number": "86/KH-UBND",
    "issued_on": "2019-03-27",
    "issuer": "UBND quận Hai Bà Trưng",
    "unit_code": "007",
    "from_on": "2019-01-01",
    "to_on": "2019-12-31",
}
"""Hai Bà Trưng's plan of 2019."""


async def posted_plan(client: httpx.AsyncClient, **over: JsonValue) -> str:
    """Post a draft, Hai Bà Trưng's unless it is another one's; the id."""
    body = a_record(PLANS, **(PLAN_86 | over))
    return str((await created(client, "/v1/plans", body))["id"])


async def posted_target(client: httpx.AsyncClient, plan_id: str, **fields: JsonValue) -> str:
    """Post a target of which nothing but the fields is said; the id."""
    blank = {"title": "Chỉ tiêu", "direction": "floor", "due_on": "2019-12-31"}
    body = {"id": a_record(TARGETS)["id"], "plan_id": plan_id, **blank, **fields}
    return str((await created(client, "/v1/plan-targets", body))["id"])


async def stated(client: httpx.AsyncClient, target_id: str, on: str, count: int, of_count: int | None = None) -> Body:
    body = a_record(TARGET_REPORTS, target_id=target_id, reported_on=on, count=count, of_count=of_count)
    return await created(client, "/v1/target-reports", body)


async def approved(client: httpx.AsyncClient, plan_id: str, on: str = "2019-03-27") -> Body:
    answer = await client.post(f"/v1/plans/{plan_id}/approve", json={"approved_on": on})
    assert answer.status_code == 200, answer.text
    return body_of(answer)


async def progress(client: httpx.AsyncClient, plan_id: str, **asked: str) -> Body:
    answer = await client.get(f"/v1/plans/{plan_id}/progress", params=asked)
    assert answer.status_code == 200, answer.text
    return body_of(answer)


async def standing(client: httpx.AsyncClient, plan_id: str, target_id: str, **asked: str) -> Body:
    """How one target of a plan stands."""
    targets: list[Body] = (await progress(client, plan_id, **asked))["targets"]
    return next(target for target in targets if target["target_id"] == target_id)
