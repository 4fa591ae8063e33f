"""Campaigns, training, conferences and inspections: planned, held, settled."""

from uuid import uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, an_activity
from tests.factories.posted import body_of, corrected, created, pages, refused

PATH = "/v1/activities"


def a_campaign(**over: object) -> Body:
    campaign = {"kind": "campaign", "unit_code": "22015", "topic": "Tháng hành động phòng, chống ma túy"}
    return {"id": str(uuid4()), **campaign, "planned_on": "2027-06-01", **over}


def an_inspection(**over: object) -> Body:
    inspection = {"kind": "inspection", "unit_code": "22015", "topic": "Kiểm tra điểm tư vấn"}
    return {"id": str(uuid4()), **inspection, "held_on": "2021-05-01", **over}


async def test_an_activity_is_answered_whole(manager: httpx.AsyncClient) -> None:
    body = an_activity()

    activity = await created(manager, PATH, body)

    assert activity == body | {
        "organiser": None,
        "form": None,
        "audiences": [],
        "reach": None,
        "materials": None,
        "findings": [],
        "settled_on": None,
        "stage": "held",
        "dated_on": "2021-06-26",
        "version": 1,
        "state": "active",
        "void_reason": None,
        "recorded_at": "2026-11-21T03:00:00Z",
        "warnings": [],
    }


async def test_what_is_planned_is_held_and_what_is_found_is_settled(manager: httpx.AsyncClient) -> None:
    planned = await created(manager, PATH, a_campaign(form="contest", audiences=["youth"], planned_on="2026-11-01"))
    assert (planned["stage"], planned["dated_on"]) == ("planned", "2026-11-01")
    held = body_of(await corrected(manager, f"{PATH}/{planned['id']}", {"held_on": "2026-11-03", "reach": 120}))
    assert (held["stage"], held["dated_on"], held["reach"]) == ("held", "2026-11-03", 120)

    found = await created(manager, PATH, an_inspection(findings=["files_incomplete"]))
    assert found["stage"] == "held"
    settled = body_of(await corrected(manager, f"{PATH}/{found['id']}", {"settled_on": "2021-07-01"}))
    assert settled["stage"] == "settled"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        pytest.param(a_campaign(planned_on=None), "activity_undated", "/planned_on", id="no day"),
        pytest.param(a_campaign(held_on="2026-11-22"), "date_in_future", "/held_on", id="held tomorrow"),
        pytest.param(a_campaign(reach=5), "activity_not_held", "/reach", id="a result before it was held"),
        pytest.param(a_campaign(findings=["other"]), "activity_field_foreign", "/findings", id="a finding"),
        pytest.param(an_inspection(participants=[{"role": "police", "count": 1}]), "activity_field_foreign",
                     "/participants", id="participants of an inspection"),
        pytest.param(an_inspection(settled_on="2021-04-30"), "dates_out_of_order", "/settled_on", id="settled before"),
        pytest.param(an_activity(reach=3), "activity_field_foreign", "/reach", id="the reach of a training"),
    ],
)  # fmt: skip
async def test_what_cannot_be(manager: httpx.AsyncClient, body: Body, code: str, pointer: str) -> None:
    refused(await manager.post(PATH, json=body), 409, code, pointer)


async def test_a_text_that_may_name_somebody_is_looked_at(manager: httpx.AsyncClient) -> None:
    activity = await created(manager, PATH, an_activity(topic="Liên hệ 0905123456"))

    assert [each["code"] for each in activity["warnings"]] == ["text_may_identify"]


async def test_a_district_of_the_past_lies_in_its_province(manager: httpx.AsyncClient, sign_in: SignIn) -> None:
    province = await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))
    body = an_activity(unit_code="555")

    refused(await manager.post(PATH, json=body), 403, "unit_not_granted", "/unit_code")
    await created(province, PATH, body)

    assert (await manager.get(f"{PATH}/{body['id']}")).status_code == 404


async def test_a_list_by_unit_kind_and_period(manager: httpx.AsyncClient, sign_in: SignIn) -> None:
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22045", TODAY))
    bodies = [
        a_campaign(unit_code="22045", planned_on="2026-01-10"),
        an_activity(unit_code="22045", planned_on=None, held_on="2026-02-10"),
        a_campaign(unit_code="22045", planned_on="2026-01-05", held_on="2026-03-10"),
    ]
    for body in reversed(bodies):
        await created(officer, PATH, body)
    ids = [body["id"] for body in bodies]

    async def listed(query: str) -> list[str]:
        return [item["id"] for item in await pages(officer, f"{PATH}?limit=1&{query}")]

    assert await listed("") == ids
    assert await listed("kind=campaign") == [ids[0], ids[2]]
    assert await listed("from_on=2026-01-10&to_on=2026-02-10") == ids[:2]
    assert await listed("from_on=2026-01-11") == ids[1:]
    assert [item["id"] for item in await pages(manager, f"{PATH}?unit=22045")] == ids
    refused(await officer.get(f"{PATH}?unit=22240"), 403, "unit_not_granted")


async def test_a_list_by_what_is_planned_held_and_settled(officer: httpx.AsyncClient) -> None:
    bodies = {
        "overdue": a_campaign(planned_on="2026-11-20"),
        "to come": a_campaign(planned_on="2026-11-21"),
        "held": a_campaign(planned_on="2026-11-01", held_on="2026-11-02"),
        "clean": an_inspection(held_on="2026-11-03"),
        "wanting": an_inspection(held_on="2026-11-04", findings=["files_incomplete"]),
        "put right": an_inspection(held_on="2026-11-05", findings=["files_incomplete"], settled_on="2026-11-06"),
        "closed": an_inspection(held_on="2026-11-07", settled_on="2026-11-08"),
    }
    names = {(await created(officer, PATH, body))["id"]: name for name, body in bodies.items()}

    async def listed(query: str) -> set[str]:
        found = await pages(officer, f"{PATH}?from_on=2026-11-01&limit=2&{query}")
        return {names[item["id"]] for item in found if item["id"] in names}

    assert await listed("stage=planned") == {"overdue", "to come"}
    assert await listed("stage=planned&to_on=2026-11-20") == {"overdue"}
    assert await listed("stage=held") == {"held", "clean", "wanting"}
    assert await listed("stage=settled") == {"put right", "closed"}
    assert await listed("settled=false") == {"wanting"}
    assert await listed("settled=true") == {"put right"}
    await corrected(officer, f"{PATH}/{bodies['to come']['id']}", {"held_on": "2026-11-21"})
    assert await listed("stage=planned") == {"overdue"}
    assert (await officer.get(f"{PATH}?stage=begun")).status_code == 422
