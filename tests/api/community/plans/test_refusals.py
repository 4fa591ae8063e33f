"""What plans refuse: approvals, corrections, units, statements; and who may see how a plan stands."""

import httpx

from registry.api.kinds.plans import TARGETS
from registry.domain.access import Role, TokenScope
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_club, a_rating, a_record
from tests.factories.planned import approved, posted_plan, posted_target, progress, stated
from tests.factories.posted import body_of, corrected, created, refused

STATED: Body = {"kind": "level", "value": 3, "stated_measure": "Buổi tuyên truyền"}


async def an_approved_plan(client: httpx.AsyncClient) -> tuple[str, str]:
    plan = await posted_plan(client)
    target = await posted_target(client, plan, **STATED)
    await approved(client, plan)
    return plan, target


async def a_measured_plan(client: httpx.AsyncClient) -> str:
    """Plan for a city what is rated, what is stated and what is counted, of each one that there is."""
    plan = await posted_plan(client, unit_code="01")
    rated: Body = {"organisation_kind": "aftercare_club", "rating": "kha", "rating_programme": "b93"}
    await posted_target(client, plan, kind="rating_at_least", **rated)
    asked = await posted_target(client, plan, **STATED)
    await posted_target(client, plan, kind="level", indicator="clubs_active", value=1)
    club = (await created(client, "/v1/clubs", a_club(unit_code="00376", opened_on="2017-01-05")))["id"]
    year: Body = {"year": 2019, "rating": "tot", "rated_on": "2019-12-20"}
    await created(client, "/v1/club-ratings", a_rating(organisation_id=club, **year))
    await stated(client, asked, "2019-06-30", 3)
    await approved(client, plan)
    return plan


async def test_an_indicator_that_is_none_is_refused_in_a_sentence_of_some_length(ha_noi: httpx.AsyncClient) -> None:
    body = a_record(TARGETS, plan_id=await posted_plan(ha_noi), kind="level", value=1, indicator="nothing")

    (fault,) = body_of(await ha_noi.post("/v1/plan-targets", json=body))["errors"]

    assert (fault["code"], fault["pointer"], fault["detail"][-5:]) == ("not_in_list", "/indicator", " ....")
    assert len(fault["detail"]) < 2000


async def test_a_plan_without_targets_is_not_approved(ha_noi: httpx.AsyncClient) -> None:
    plan = await posted_plan(ha_noi)
    answer = await ha_noi.post(f"/v1/plans/{plan}/approve", json={"approved_on": "2019-03-27"})

    refused(answer, 409, "plan_without_targets", "/approved_on")


async def test_an_approval_is_sent_twice_and_never_taken_back(ha_noi: httpx.AsyncClient) -> None:
    plan, _ = await an_approved_plan(ha_noi)

    assert (await approved(ha_noi, plan))["version"] == 2
    back = await corrected(ha_noi, f"/v1/plans/{plan}", {"approved_on": None, "correction_reason": "Ghi sai"})
    refused(back, 409, "plan_approved", "/approved_on")


async def test_an_approved_plan_is_corrected_with_a_reason_and_stays_what_it_was(ha_noi: httpx.AsyncClient) -> None:
    plan, target = await an_approved_plan(ha_noi)
    why = {"correction_reason": "Ghi sai"}

    refused(await corrected(ha_noi, f"/v1/plans/{plan}", {"title": "Khác"}), 409, "correction_reason_required")
    refused(
        await corrected(ha_noi, f"/v1/plans/{plan}", {"unit_code": "001", **why}), 409, "plan_approved", "/unit_code"
    )
    refused(await corrected(ha_noi, f"/v1/plan-targets/{target}", {"value": 4}), 409, "correction_reason_required")
    moved = await corrected(ha_noi, f"/v1/plan-targets/{target}", {"stated_measure": "Khác", **why})
    refused(moved, 409, "plan_approved", "/stated_measure")
    assert (await corrected(ha_noi, f"/v1/plan-targets/{target}", {"value": 4, **why})).status_code == 200
    former = body_of(await ha_noi.get(f"/v1/plan-targets/{target}/versions"))["items"]
    assert [state["state"]["value"] for state in former] == [3]


async def test_a_target_lies_in_its_plan(ha_noi: httpx.AsyncClient) -> None:
    plan = await posted_plan(ha_noi)
    elsewhere: Body = {"title": "x", "direction": "floor", "due_on": "2019-12-31", **STATED, "plan_id": plan}
    outside = {"id": plan, **elsewhere, "unit_code": "00001"}
    late = {"id": plan, **elsewhere, "due_on": "2020-01-01"}

    refused(await ha_noi.post("/v1/plan-targets", json=outside), 409, "plan_outside_parent", "/unit_code")
    refused(await ha_noi.post("/v1/plan-targets", json=late), 409, "dates_out_of_order", "/due_on")


async def test_a_rating_is_asked_on_the_scale_of_a_programme(ha_noi: httpx.AsyncClient) -> None:
    plan = await posted_plan(ha_noi)
    rated: Body = {"id": plan, "plan_id": plan, "title": "x", "direction": "floor", "due_on": "2019-12-31"}
    rated |= {"kind": "rating_at_least", "organisation_kind": "aftercare_club"}

    nowhere = await ha_noi.post("/v1/plan-targets", json={**rated, "rating": "kha"})
    no_grade = await ha_noi.post("/v1/plan-targets", json={**rated, "rating": "gioi", "rating_programme": "b93"})

    refused(nowhere, 409, "rating_scale_unknown", "/rating")
    refused(no_grade, 409, "rating_not_on_scale", "/rating")


async def test_the_unit_of_a_plan_stays_once_it_has_targets(ha_noi: httpx.AsyncClient) -> None:
    plan = await posted_plan(ha_noi)
    target = await posted_target(ha_noi, plan, **STATED)

    refused(await corrected(ha_noi, f"/v1/plans/{plan}", {"unit_code": "001"}), 409, "plan_in_use", "/unit_code")
    refused(await ha_noi.post(f"/v1/plans/{plan}/void", json={"reason": "x"}), 409, "plan_in_use")
    assert (await ha_noi.post(f"/v1/plan-targets/{target}/void", json={"reason": "x"})).status_code == 200
    assert (await ha_noi.post(f"/v1/plans/{plan}/void", json={"reason": "x"})).status_code == 200
    refused(await ha_noi.get(f"/v1/plans/{plan}/progress"), 409, "record_voided")


async def test_a_statement_is_for_what_no_indicator_covers(ha_noi: httpx.AsyncClient) -> None:
    plan = await posted_plan(ha_noi)
    counted = await posted_target(ha_noi, plan, kind="level", value=1, indicator="rehab_persons")
    asked = await posted_target(ha_noi, plan, **STATED)
    body: Body = {"id": plan, "reported_on": "2019-06-30", "count": 1, "source": "x"}

    refused(
        await ha_noi.post("/v1/target-reports", json={**body, "target_id": counted}),
        409,
        "target_does_not_fit",
        "/target_id",
    )
    part = {**body, "target_id": asked, "of_count": 2}
    refused(await ha_noi.post("/v1/target-reports", json=part), 409, "target_does_not_fit", "/of_count")
    await stated(ha_noi, asked, "2019-06-30", 1)
    twice = {**body, "target_id": asked}
    refused(await ha_noi.post("/v1/target-reports", json=twice), 409, "target_already_reported")
    refused(await ha_noi.post(f"/v1/plan-targets/{asked}/void", json={"reason": "x"}), 409, "plan_in_use")


async def test_a_commune_answers_to_a_target_that_it_cannot_see(ha_noi: httpx.AsyncClient, sign_in: SignIn) -> None:
    """The composite key looks past the wall: it says whether the parent fits, and nothing else."""
    whole = {"from_on": "2026-01-01", "to_on": "2026-12-31"}
    city = await posted_plan(ha_noi, unit_code="01", **whole)
    level: Body = {"kind": "level", "indicator": "rehab_persons", "due_on": "2026-12-31"}
    parent = await posted_target(ha_noi, city, value=10, **level)
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=("00004", TODAY))
    own = await posted_plan(officer, unit_code="00004", parent_plan_id=city, **whole)
    part = await posted_target(officer, own, value=4, parent_target_id=parent, **level)
    await approved(officer, own, on="2026-01-15")

    assert (await officer.get(f"/v1/plan-targets/{parent}")).status_code == 404
    target = (await progress(ha_noi, city, by="unit"))["targets"][0]
    assert [each["target_id"] for each in target["parts"]] == [part]
    assert target["allotment"] == {"allotted": 4, "unallotted": 6, "excess": 0}
    other = {"id": city, "plan_id": own, "title": "x", "direction": "floor", **level, "kind": "coverage", "value": 1}
    told = await officer.post(
        "/v1/plan-targets", json={**other, "parent_target_id": parent, "correction_reason": "Thêm"}
    )
    refused(told, 409, "parent_target_does_not_fit")


async def test_who_sees_how_a_plan_stands(ha_noi: httpx.AsyncClient, sign_in: SignIn) -> None:
    city = await a_measured_plan(ha_noi)
    address = f"/v1/plans/{city}/progress"
    analyst = await sign_in(Role.ANALYST, unit=("01", TODAY))
    system = await sign_in(Role.PROVINCE_SYSTEM, unit=("01", TODAY))
    elsewhere = await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))
    without = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY), scopes=(TokenScope.READ, TokenScope.WRITE))

    targets = (await progress(ha_noi, city))["targets"]
    assert {(each["kind"], each["status"], each["actual"]) for each in targets} == {
        *(("rating_at_least", "met", 100), ("level", "met", 3), ("level", "met", 1)),
    }
    assert (await progress(analyst, city))["targets"] == targets
    assert (await progress(system, city))["targets"] == targets
    refused(await analyst.get(address, params={"by": "unit"}), 403, "exact_figures_not_granted")
    refused(await elsewhere.get(address), 404, "not_found")
    refused(await without.get(address), 403, "insufficient_scope")
    refused(await ha_noi.get(address, params={"on": "2026-11-22"}), 409, "date_in_future")
