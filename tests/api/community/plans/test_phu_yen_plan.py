"""Phú Yên's plan of 2021: community rehabilitation goes on in 50 of its 110 communes; given on, and reviewed."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from registry.api.kinds.plan_reviews import PLAN_REVIEWS
from registry.db.context import closed_transaction
from registry.db.engine import transaction
from registry.db.tables.trail import AuditEventRow
from registry.domain.access import Role
from registry.domain.plan_review import fingerprint
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_record
from tests.factories.planned import approved, posted_plan, posted_target, progress, standing
from tests.factories.posted import body_of, corrected, created, pages, posted_episode, posted_person, refused

YEAR: Body = {"from_on": "2021-01-01", "to_on": "2021-12-31", "issued_on": "2021-01-15"}
KEPT_UP: Body = {"kind": "coverage", "indicator": "rehab_persons_community", "due_on": "2021-12-31"}
YEAR_END = {"on": "2021-12-31", "by": "unit"}
GOING_ON = 50


@pytest.fixture(scope="module")
async def communes(dak_lak: httpx.AsyncClient) -> list[Body]:
    """The communes of Phú Yên as it was that lie in one commune of today."""
    answer = await dak_lak.get(
        "/v1/units", params={"parent": "54", "level": "commune", "on": "2021-01-15", "limit": "200"}
    )
    items: list[Body] = body_of(answer)["items"]
    assert len(items) == 110
    return items


@pytest.fixture(scope="module")
async def plan(dak_lak: httpx.AsyncClient) -> str:
    fields: Body = {"document_number": "12/KH-UBND", "issuer": "UBND tỉnh Phú Yên", "unit_code": "54"}
    return await posted_plan(dak_lak, **fields, **YEAR)


@pytest.fixture(scope="module")
async def target(dak_lak: httpx.AsyncClient, plan: str) -> str:
    kept_up = await posted_target(dak_lak, plan, value=50, **KEPT_UP)
    await approved(dak_lak, plan, on="2021-01-15")
    return kept_up


@pytest.fixture(scope="module")
async def parts(dak_lak: httpx.AsyncClient, plan: str, target: str) -> list[str]:
    """Two districts are given 20 and 25 of the 50."""
    given = []
    for code, value in (("555", 20), ("558", 25)):
        lower = await posted_plan(dak_lak, unit_code=code, parent_plan_id=plan, **YEAR)
        given.append(await posted_target(dak_lak, lower, value=value, parent_target_id=target, **KEPT_UP))
        await approved(dak_lak, lower, on="2021-02-01")
    return given


async def in_rehabilitation(client: httpx.AsyncClient, commune: str) -> None:
    person = await posted_person(client, unit_code=commune)
    stay: dict[str, Any] = {"modality": "community", "legal_basis": "voluntary"}
    await posted_episode(client, person, registered_on="2021-02-01", started_on="2021-02-01", **stay)


async def test_it_is_met_with_the_fiftieth_commune(
    dak_lak: httpx.AsyncClient, plan: str, target: str, communes: list[Body]
) -> None:
    codes = [str(commune["code"]) for commune in communes][:GOING_ON]
    for code in codes[:-1]:
        await in_rehabilitation(dak_lak, code)
    await in_rehabilitation(dak_lak, codes[0])
    before = await standing(dak_lak, plan, target, on="2021-12-31")
    await in_rehabilitation(dak_lak, codes[-1])
    after = await standing(dak_lak, plan, target, on="2026-11-21")

    assert (before["status"], before["actual"], before["denominator"]) == ("not_met", 49, 110)
    assert (before["attained_pct"], before["shortfall"], before["parts"]) == (98, 1, None)
    assert (after["status"], after["actual"], after["measured_on"]) == ("met", 50, "2021-12-31")
    assert (after["unit"]["code"], after["unit"]["name"]) == ("54", "Tỉnh Phú Yên")
    in_february = await standing(dak_lak, plan, target, on="2021-02-28")
    assert (in_february["status"], in_february["actual"]) == ("met", 50)


async def test_what_nobody_was_given_is_shown(
    dak_lak: httpx.AsyncClient, plan: str, target: str, parts: list[str]
) -> None:
    found = await standing(dak_lak, plan, target, **YEAR_END)

    assert found["allotment"] == {"allotted": 45, "unallotted": 5, "excess": 0}
    assert [part["target_id"] for part in found["parts"]] == parts
    assert [(part["unit_code"], part["value"]) for part in found["parts"]] == [("555", 20), ("558", 25)]
    assert found["warnings"] == []


async def test_more_than_the_whole_is_a_warning(
    dak_lak: httpx.AsyncClient, plan: str, target: str, parts: list[str]
) -> None:
    address = f"/v1/plan-targets/{parts[1]}"
    answer = await corrected(dak_lak, address, {"value": 31, "correction_reason": "Thành phố nhận thêm"})
    assert answer.status_code == 200, answer.text
    found = await standing(dak_lak, plan, target, **YEAR_END)

    assert found["allotment"] == {"allotted": 51, "unallotted": 0, "excess": 1}
    assert [warning["code"] for warning in found["warnings"]] == ["allotted_beyond_target"]


async def test_a_part_measures_what_the_whole_does(dak_lak: httpx.AsyncClient, plan: str, target: str) -> None:
    lower = await posted_plan(dak_lak, unit_code="555", parent_plan_id=plan, **YEAR)
    other = {**KEPT_UP, "kind": "level", "value": 3, "direction": "floor", "title": "Khác"}
    body = {"id": str(uuid4()), "plan_id": lower, "parent_target_id": target, **other}

    refused(await dak_lak.post("/v1/plan-targets", json=body), 409, "parent_target_does_not_fit")


class TestReviews:
    async def test_a_review_stays_what_was_signed(self, dak_lak: httpx.AsyncClient, plan: str, target: str) -> None:
        body = a_record(PLAN_REVIEWS, plan_id=plan, kind="year_end", reviewed_on="2021-12-31", measures=[])
        review = await created(dak_lak, "/v1/plan-reviews", body)
        kept = await progress(dak_lak, plan, **YEAR_END)
        await approved_correction(dak_lak, target)
        again = body_of(await dak_lak.get(f"/v1/plan-reviews/{body['id']}"))

        assert [told(each) for each in again["snapshot"]["targets"]] == [told(each) for each in kept["targets"]]
        assert again["snapshot"] == review["snapshot"]
        changed = await corrected(dak_lak, f"/v1/plan-reviews/{body['id']}", {"findings": "Khác"})
        refused(changed, 409, "review_never_changes")
        refused(await dak_lak.post(f"/v1/plans/{plan}/void", json={"reason": "x"}), 409, "plan_in_use")

    async def test_its_hash_is_in_the_audit_log(self, app: FastAPI, dak_lak: httpx.AsyncClient, plan: str) -> None:
        body = a_record(PLAN_REVIEWS, plan_id=plan, measures=[])
        review = await created(dak_lak, "/v1/plan-reviews", body)
        signed = {name: review[name] for name in (*body, "snapshot")}

        assert review["sha256"] == fingerprint(signed)
        async with transaction(app.state.sessions) as session:
            of_review = select(AuditEventRow.entity).where(col(AuditEventRow.record_id) == review["id"])
            logged = (await session.exec(of_review)).all()
        assert f"plan_review:sha256:{review['sha256']}" in logged

    async def test_the_database_lets_nobody_change_it(
        self, app: FastAPI, dak_lak: httpx.AsyncClient, plan: str
    ) -> None:
        body = a_record(PLAN_REVIEWS, plan_id=plan, measures=[])
        await created(dak_lak, "/v1/plan-reviews", body)

        async def changed() -> None:
            async with closed_transaction(app.state.sessions) as session:
                await (await session.connection()).exec_driver_sql("UPDATE plan_review SET findings = 'other'")

        with pytest.raises(DBAPIError, match="permission denied"):
            await changed()

    async def test_each_measure_waits_until_it_is_done(self, dak_lak: httpx.AsyncClient, plan: str) -> None:
        body = a_record(PLAN_REVIEWS, plan_id=plan, measures=[a_measure(), a_measure()])
        await created(dak_lak, "/v1/plan-reviews", body)
        first, second = [measure["id"] for measure in body["measures"]]
        task = await task_of(dak_lak, first)
        done = await dak_lak.post(f"/v1/tasks/{task['id']}/settle", json={"decision": "done"})

        assert (task["kind"], task["due_at"]) == ("plan_measure_of_province", "2021-09-30T17:00:00Z")
        assert (done.status_code, done.json()["state"]) == (200, "done")
        waiting = await task_of(dak_lak, second)
        voided = await dak_lak.post(f"/v1/plan-reviews/{body['id']}/void", json={"reason": "Ký nhầm."})
        assert (voided.status_code, voided.json()["state"]) == (200, "voided")
        assert (await dak_lak.get(f"/v1/tasks/{waiting['id']}")).json()["state"] == "cancelled"

    async def test_whoever_has_the_task_finds_what_is_to_be_done_and_by_whom(
        self, dak_lak: httpx.AsyncClient, plan: str
    ) -> None:
        mine, other = a_measure() | {"what": "Lập đội", "owner": "Sở Y tế"}, a_measure()
        bodies = (
            a_record(PLAN_REVIEWS, plan_id=plan, measures=[mine, other]),
            a_record(PLAN_REVIEWS, plan_id=plan, measures=[a_measure()]),
        )
        reviews = [await created(dak_lak, "/v1/plan-reviews", body) for body in bodies]
        task = await task_of(dak_lak, mine["id"])

        [review] = await pages(dak_lak, f"/v1/plan-reviews?measure_id={task['record_id']}")

        assert review["id"] == reviews[0]["id"]
        [asked] = [measure for measure in review["measures"] if measure["id"] == task["record_id"]]
        assert (asked["what"], asked["owner"], asked["due_on"]) == ("Lập đội", "Sở Y tế", "2021-09-30")
        assert await pages(dak_lak, f"/v1/plan-reviews?measure_id={uuid4()}") == []
        await dak_lak.post(f"/v1/plan-reviews/{review['id']}/void", json={"reason": "Ký nhầm."})
        assert await pages(dak_lak, f"/v1/plan-reviews?measure_id={mine['id']}") == []

    async def test_a_measure_of_a_commune_is_a_task_of_its_officer(self, sign_in: SignIn) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))
        own = await posted_plan(officer, unit_code="22015", from_on="2026-01-01", to_on="2026-12-31")
        await posted_target(officer, own, kind="level", indicator="clubs_active", value=1, due_on="2026-12-31")
        await approved(officer, own, on="2026-01-15")
        measure = a_measure() | {"due_on": "2026-12-01"}
        body = a_record(PLAN_REVIEWS, plan_id=own, reviewed_on="2026-06-30", measures=[measure])
        await created(officer, "/v1/plan-reviews", body)

        task = await task_of(officer, str(measure["id"]))

        assert (task["kind"], task["role"], task["unit_code"]) == ("plan_measure", "commune_officer", "22015")
        done = await officer.post(f"/v1/tasks/{task['id']}/settle", json={"decision": "done"})
        assert (done.status_code, done.json()["state"]) == (200, "done")

    async def test_a_draft_is_not_reviewed(self, dak_lak: httpx.AsyncClient) -> None:
        draft = await posted_plan(dak_lak, unit_code="54", **YEAR)
        body = a_record(PLAN_REVIEWS, plan_id=draft)

        refused(await dak_lak.post("/v1/plan-reviews", json=body), 409, "plan_not_approved", "/plan_id")


def told(target: Body) -> Body:
    """What a target's standing says in any language."""
    return {name: value for name, value in target.items() if name not in {"definition", "warnings"}}


def a_measure() -> Body:
    return {"id": str(uuid4()), "what": "Rà soát", "owner": "Công an tỉnh", "due_on": "2021-09-30"}


async def task_of(client: httpx.AsyncClient, measure_id: str) -> Body:
    tasks: list[Body] = body_of(await client.get("/v1/tasks", params={"limit": "200"}))["items"]
    return next(task for task in tasks if task["record_id"] == measure_id)


async def approved_correction(client: httpx.AsyncClient, target: str) -> None:
    answer = await corrected(client, f"/v1/plan-targets/{target}", {"value": 55, "correction_reason": str(uuid4())})
    assert answer.status_code == 200, answer.text
