"""Every operation that writes, sent twice under one key: the walk fails on one that nobody thought of."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.api.idempotency.key import NAME
from registry.api.kinds.persons import PERSONS
from registry.api.tags import Tag
from registry.domain.access import Role
from tests.api.audit.desk import CALLS, Desk
from tests.api.duplicates.merging import a_merge, merged
from tests.api.push.disagreeing import late_change
from tests.api.push.pushing import ADDRESS, creating, results_of, statuses
from tests.api.records.keyed import a_key, is_replayed, posted
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import ALL_KINDS, Body, a_breach
from tests.factories.emergencies import ACCESSES, an_emergency
from tests.factories.planned import posted_plan, posted_target
from tests.factories.posted import created, posted_person
from tests.factories.specification import SPEC
from tests.factories.stored import Row, rows
from tests.factories.tasks import opened

Send: TypeAlias = Callable[[FastAPI, SignIn, httpx.AsyncClient], Awaitable[httpx.Response]]

OF_EVERY_KIND = {f"{verb}_{kind.singular}" for kind in ALL_KINDS for verb in ("create", "change", "void")}
"""What `test_replays` tries on all kinds; a kind that is never corrected has nothing to repeat."""
WRITING = {
    operation["operationId"]
    for path in SPEC["paths"].values()
    for method, operation in path.items()
    if method != "get" and Tag.LISTS not in operation["tags"]
}
PROVINCE = ("66", TODAY)


def stepping(operation: str) -> Send:
    async def send(_: FastAPI, __: SignIn, manager: httpx.AsyncClient) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=manager._transport, base_url=manager.base_url, headers=manager.headers
        ) as officer:
            officer.headers[NAME] = a_key()
            return await CALLS[operation](Desk(officer, manager))

    return send


def on_a_breach(step: str, body: Body) -> Send:
    async def send(_: FastAPI, sign_in: SignIn, __: httpx.AsyncClient) -> httpx.Response:
        province, breach = await sign_in(Role.PROVINCE_MANAGER, unit=PROVINCE), a_breach(may_harm=[])
        await created(province, "/v1/breaches", breach)
        return await posted(province, f"/v1/breaches/{breach['id']}/{step}", body, a_key())

    return send


def a_grant() -> Body:
    return {"id": str(uuid4()), "subject": f"holder-{uuid4()}", "role": "commune_officer", "unit_code": "22015"}


async def giving(_: FastAPI, sign_in: SignIn, __: httpx.AsyncClient) -> httpx.Response:
    return await posted(await sign_in(Role.ADMINISTRATOR, unit=PROVINCE), "/v1/grants", a_grant(), a_key())


async def revoking(_: FastAPI, sign_in: SignIn, __: httpx.AsyncClient) -> httpx.Response:
    administrator, grant = await sign_in(Role.ADMINISTRATOR, unit=PROVINCE), a_grant()
    await created(administrator, "/v1/grants", grant)
    return await administrator.post(f"/v1/grants/{grant['id']}/revoke", headers={NAME: a_key()})


async def ending_tokens(_: FastAPI, sign_in: SignIn, __: httpx.AsyncClient) -> httpx.Response:
    administrator, grant = await sign_in(Role.ADMINISTRATOR, unit=PROVINCE), a_grant()
    await created(administrator, "/v1/grants", grant)
    body = {"id": str(uuid4()), "subject": grant["subject"], "reason": "device_lost"}
    return await posted(administrator, "/v1/token-revocations", body, a_key())


async def settling(app: FastAPI, _: SignIn, manager: httpx.AsyncClient) -> httpx.Response:
    return await posted(manager, f"/v1/tasks/{await opened(app)}/settle", {"decision": "approve"}, a_key())


async def asking(_: FastAPI, sign_in: SignIn, __: httpx.AsyncClient) -> httpx.Response:
    elsewhere = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))
    person_id = await posted_person(elsewhere, unit_code="00004", from_on="2025-07-01")
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))
    return await posted(officer, ACCESSES, an_emergency(person_id=person_id), a_key())


async def approving(_: FastAPI, __: SignIn, manager: httpx.AsyncClient) -> httpx.Response:
    plan_id = await posted_plan(manager, unit_code="22015")
    await posted_target(manager, plan_id, kind="share", value=90, stated_measure="Buổi tuyên truyền")
    return await posted(manager, f"/v1/plans/{plan_id}/approve", {"approved_on": "2019-03-27"}, a_key())


async def merging(_: FastAPI, __: SignIn, manager: httpx.AsyncClient) -> httpx.Response:
    person, into = await posted_person(manager), await posted_person(manager)
    return await posted(manager, f"/v1/persons/{person}/merge", a_merge(into), a_key())


async def disagreeing(_: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient) -> httpx.Response:
    late = await late_change(manager, await sign_in(Role.PROVINCE_MANAGER))
    return await posted(manager, f"{late.address}/settle", {"decision": "apply", "present_version": 2}, a_key())


async def unmerging(_: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient) -> httpx.Response:
    person, into = await posted_person(manager), await posted_person(manager)
    await merged(manager, await sign_in(Role.PROVINCE_MANAGER, unit=PROVINCE), person, into)
    return await posted(manager, f"/v1/persons/{person}/unmerge", {"reason": "The number was mistyped."}, a_key())


SENT: dict[str, Send] = {
    operation: stepping(operation) for operation in sorted(WRITING & CALLS.keys() - OF_EVERY_KIND)
} | {
    "notify_breach": on_a_breach("notify", {"notified_at": "2026-11-20T08:00:00Z", "authority": "A05, Bộ Công an"}),
    "close_breach": on_a_breach("close", {"closed_at": "2026-11-21T02:00:00Z", "outcome": "The phone was found."}),
    "give_grant": giving,
    "revoke_grant": revoking,
    "revoke_tokens": ending_tokens,
    "settle_task": settling,
    "ask_for_emergency_access": asking,
    "merge_person": merging,
    "unmerge_person": unmerging,
    "settle_conflict": disagreeing,
    "approve_plan": approving,
}


def test_the_walk_sees_every_operation_that_writes_and_no_other() -> None:
    keyed = {
        operation["operationId"]
        for path in SPEC["paths"].values()
        for operation in path.values()
        if any(parameter["name"] == NAME for parameter in operation.get("parameters", ()))
    }

    assert keyed == WRITING == OF_EVERY_KIND | set(SENT) | {"push_operations"}


@pytest.mark.parametrize("operation", SENT)
async def test_what_is_sent_twice_is_done_once(
    app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient, operation: str
) -> None:
    first = await SENT[operation](app, sign_in, manager)
    assert first.is_success, first.text
    before = await stored(app)

    async with httpx.AsyncClient(transport=manager._transport) as again:
        second = await again.send(first.request)

    assert (second.status_code, is_replayed(first), is_replayed(second)) == (first.status_code, False, True)
    expected = first.json() | ({"warnings": []} if "warnings" in first.json() else {})
    if expected.get("state") == "voided":
        expected = {name: expected[name] for name in ("id", "version", "state")}
    assert second.json() == expected
    assert await stored(app) == before


async def test_a_push_that_is_sent_twice_is_judged_anew_and_writes_nothing(
    app: FastAPI, manager: httpx.AsyncClient
) -> None:
    operation, key = creating(PERSONS), a_key()
    body: Body = {"operations": [operation]}
    assert statuses(results_of(await posted(manager, ADDRESS, body, key), operation)) == ["applied"]
    before = await stored(app)

    again = await posted(manager, ADDRESS, body, key)

    assert (statuses(results_of(again, operation)), is_replayed(again)) == (["duplicate"], False)
    assert await stored(app) == before


async def stored(app: FastAPI) -> list[Row]:
    """How many rows there are of everything that a write leaves, but for the audit log."""
    tables = (
        *("change_feed", "record_history", "unit_record_history", "idempotency_key", "task"),
        *("access_grant", "token_revocation", "emergency_access", "merge"),
    )
    return await rows(app, " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables))  # noqa: S608 - our own tables
