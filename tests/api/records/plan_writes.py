"""Every write on plans and what is theirs, each under a key of its own, ready to be sent again."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from registry.api.kinds.plan_reviews import PLAN_REVIEWS
from registry.api.kinds.plans import TARGET_REPORTS, TARGETS
from registry.api.records.kind import Kind
from tests.api.records.keyed import a_key, patched, posted
from tests.factories.bodies import Body, a_record
from tests.factories.planned import approved, posted_plan, posted_target
from tests.factories.posted import created

Write = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]
STATED: Body = {"kind": "share", "value": 90, "stated_measure": "Buổi tuyên truyền"}


async def a_body(client: httpx.AsyncClient, kind: Kind) -> Body:
    """A body that names a plan or a target that is there."""
    plan_id = await posted_plan(client, unit_code="22015")
    if kind is TARGETS:
        blank = {"title": "Chỉ tiêu", "direction": "floor", "due_on": "2019-12-31"}
        return {"id": a_record(TARGETS)["id"], "plan_id": plan_id, **blank, **STATED}
    if kind is TARGET_REPORTS:
        return a_record(TARGET_REPORTS, target_id=await posted_target(client, plan_id, **STATED))
    await posted_target(client, plan_id, **STATED)
    await approved(client, plan_id)
    return a_record(PLAN_REVIEWS, plan_id=plan_id)


async def approving(client: httpx.AsyncClient) -> httpx.Response:
    plan_id = await posted_plan(client, unit_code="22015")
    await posted_target(client, plan_id, **STATED)
    return await posted(client, f"/v1/plans/{plan_id}/approve", {"approved_on": "2019-03-27"}, a_key())


def creating(kind: Kind) -> Write:
    async def write(client: httpx.AsyncClient) -> httpx.Response:
        return await posted(client, f"/v1/{kind.collection}", await a_body(client, kind), a_key())

    return write


def changing(kind: Kind, **fields: Any) -> Write:  # noqa: ANN401 - fields of a body
    async def write(client: httpx.AsyncClient) -> httpx.Response:
        record = await created(client, f"/v1/{kind.collection}", await a_body(client, kind))
        return await patched(client, f"/v1/{kind.collection}/{record['id']}", fields, '"v1-public"', a_key())

    return write


def voiding(kind: Kind) -> Write:
    async def write(client: httpx.AsyncClient) -> httpx.Response:
        record = await created(client, f"/v1/{kind.collection}", await a_body(client, kind))
        address = f"/v1/{kind.collection}/{record['id']}/void"
        return await posted(client, address, {"reason": "Entered twice."}, a_key())

    return write


ON_PLANS: Mapping[str, Write] = {
    "approve_plan": approving,
    **{f"create_{kind.singular}": creating(kind) for kind in (TARGETS, TARGET_REPORTS, PLAN_REVIEWS)},
    "change_plan_target": changing(TARGETS, title="Chỉ tiêu khác"),
    "change_target_report": changing(TARGET_REPORTS, source="Báo cáo năm"),
    **{f"void_{kind.singular}": voiding(kind) for kind in (TARGETS, TARGET_REPORTS, PLAN_REVIEWS)},
}
NEVER_DONE = {"change_plan_review"}
"""A review that was signed is not changed: there is nothing to repeat."""
