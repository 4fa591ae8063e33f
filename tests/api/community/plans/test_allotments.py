"""What lower units are given of a target: whoever writes the part that is too much is told so, and it is kept."""

import httpx
import pytest
from pydantic import JsonValue

from registry.api.kinds.plans import TARGETS
from registry.domain.access import Role
from tests.api.push.pushing import creating, push
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_record
from tests.factories.planned import approved, posted_plan, posted_target, standing
from tests.factories.posted import body_of, corrected, created

YEAR: Body = {"from_on": "2021-01-01", "to_on": "2021-12-31", "issued_on": "2021-01-15"}
LEVEL: Body = {"kind": "level", "indicator": "rehab_persons", "direction": "floor"}
COVERAGE: Body = {"kind": "coverage", "indicator": "rehab_persons_community", "direction": "floor"}
SHARE: Body = {"kind": "share", "indicator": "communes_affected_pct", "direction": "cap"}
CHANGE: Body = {"kind": "change", "indicator": "addicted_persons", "direction": "floor"}
CHANGE |= {"base_value": 100, "base_source": "Báo cáo năm 2020"}
CODE = "allotted_beyond_target"
BEYOND = [(CODE, "/parent_target_id")]


@pytest.fixture(scope="module")
async def plan(dak_lak: httpx.AsyncClient) -> str:
    """The plan of a province; nothing is given of it yet."""
    return await posted_plan(dak_lak, unit_code="54", **YEAR)


@pytest.fixture(scope="module")
async def districts(dak_lak: httpx.AsyncClient, plan: str) -> list[str]:
    """The plans of three of its districts, drafts all."""
    codes = ("555", "558", "559")
    return [await posted_plan(dak_lak, unit_code=code, parent_plan_id=plan, **YEAR) for code in codes]


async def whole(client: httpx.AsyncClient, plan: str, value: float = 50, **fields: JsonValue) -> str:
    """Set the target of which parts are given; its id."""
    return await posted_target(client, plan, value=value, due_on="2021-12-31", **LEVEL | fields)


def a_part(plan: str, parent: str, value: float, **fields: JsonValue) -> Body:
    body: Body = {"id": a_record(TARGETS)["id"], "plan_id": plan, "title": "Chỉ tiêu", "due_on": "2021-12-31"}
    return body | {"parent_target_id": parent, "value": value} | LEVEL | fields


async def given(client: httpx.AsyncClient, plan: str, parent: str, value: float, **fields: JsonValue) -> Body:
    """Give a part; what the answer says."""
    return await created(client, "/v1/plan-targets", a_part(plan, parent, value, **fields))


def warnings_of(answer: Body) -> list[tuple[str, str]]:
    return [(warning["code"], warning["pointer"]) for warning in answer["warnings"]]


async def changed(client: httpx.AsyncClient, target: str, **fields: JsonValue) -> list[tuple[str, str]]:
    answer = await corrected(client, f"/v1/plan-targets/{target}", fields)
    assert answer.status_code == 200, answer.text
    return warnings_of(body_of(answer))


@pytest.mark.parametrize("kind", [pytest.param(LEVEL, id="level"), pytest.param(COVERAGE, id="coverage")])
async def test_the_part_that_is_one_too_many_is_kept_with_a_warning(
    dak_lak: httpx.AsyncClient, plan: str, districts: list[str], kind: Body
) -> None:
    parent = await whole(dak_lak, plan, **kind)
    first, second = [await given(dak_lak, each, parent, 20, **kind) for each in districts[:2]]
    all_of_it = await given(dak_lak, districts[2], parent, 10, **kind)

    assert [warnings_of(each) for each in (first, second, all_of_it)] == [[], [], []]
    assert await changed(dak_lak, all_of_it["id"], value=11) == BEYOND
    assert await changed(dak_lak, all_of_it["id"], title="Chỉ tiêu giao thêm") == BEYOND
    assert await changed(dak_lak, first["id"], value=19) == []
    assert warnings_of(await given(dak_lak, districts[0], parent, 1, **kind)) == BEYOND


async def test_parts_are_added_up_exactly(dak_lak: httpx.AsyncClient, plan: str, districts: list[str]) -> None:
    parent = await whole(dak_lak, plan, 0.3)

    assert warnings_of(await given(dak_lak, districts[0], parent, 0.1)) == []
    assert warnings_of(await given(dak_lak, districts[1], parent, 0.2)) == []


@pytest.mark.parametrize("kind", [pytest.param(SHARE, id="share"), pytest.param(CHANGE, id="change")])
async def test_what_is_not_summed_never_warns(
    dak_lak: httpx.AsyncClient, plan: str, districts: list[str], kind: Body
) -> None:
    parent = await whole(dak_lak, plan, 10, **kind)

    parts = [await given(dak_lak, each, parent, 90, **kind) for each in districts]

    assert [warnings_of(each) for each in parts] == [[], [], []]
    assert await changed(dak_lak, parent, value=5) == []


async def test_a_part_that_was_voided_or_is_given_of_another_target_does_not_count(
    dak_lak: httpx.AsyncClient, plan: str, districts: list[str]
) -> None:
    parent, other = [await whole(dak_lak, plan) for _ in range(2)]
    first, second = [await given(dak_lak, each, parent, 30) for each in districts[:2]]
    assert warnings_of(second) == BEYOND

    assert await changed(dak_lak, second["id"], parent_target_id=other) == []
    await dak_lak.post(f"/v1/plan-targets/{first['id']}/void", json={"reason": "Entered twice."})

    assert warnings_of(await given(dak_lak, districts[2], parent, 50)) == []
    assert warnings_of(await given(dak_lak, districts[2], other, 21)) == BEYOND


async def test_who_lowers_the_whole_below_its_parts_is_told_as_progress_tells(
    dak_lak: httpx.AsyncClient, districts: list[str]
) -> None:
    plan = await posted_plan(dak_lak, unit_code="54", **YEAR)
    parent = await whole(dak_lak, plan)
    await given(dak_lak, districts[0], parent, 45)
    await approved(dak_lak, plan, on="2021-01-15")
    lower = await posted_plan(dak_lak, unit_code="560", parent_plan_id=plan, **YEAR)
    part = await given(dak_lak, lower, parent, 5)
    await approved(dak_lak, lower, on="2021-02-01")

    assert await changed(dak_lak, parent, value=49, correction_reason="Giảm chỉ tiêu") == [(CODE, "/value")]
    assert await changed(dak_lak, parent, value=50, correction_reason="Giữ chỉ tiêu") == []
    assert await changed(dak_lak, part["id"], value=51, correction_reason="Nhận thêm") == BEYOND
    found = await standing(dak_lak, plan, parent, on="2021-12-31", by="unit")
    assert [warning["code"] for warning in found["warnings"]] == [CODE]
    assert found["allotment"]["excess"] == 1


async def test_who_does_not_reach_the_whole_learns_nothing_of_it(ha_noi: httpx.AsyncClient, sign_in: SignIn) -> None:
    period: Body = {"from_on": "2026-01-01", "to_on": "2026-12-31"}
    city = await posted_plan(ha_noi, unit_code="01", **period)
    parent = await posted_target(ha_noi, city, value=10, due_on="2026-12-31", **LEVEL)
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=("00004", TODAY))
    own = await posted_plan(officer, unit_code="00004", parent_plan_id=city, **period)

    part = await given(officer, own, parent, 11, due_on="2026-12-31")

    assert part["warnings"] == []
    assert await changed(ha_noi, part["id"], value=12) == BEYOND


async def test_a_push_tells_it_of_the_part_and_keeps_all(
    dak_lak: httpx.AsyncClient, plan: str, districts: list[str]
) -> None:
    parent = await whole(dak_lak, plan)
    parts = [a_part(each, parent, value) for each, value in zip(districts, (25, 25, 1), strict=True)]

    results = await push(dak_lak, *(creating(TARGETS, part) for part in parts))

    assert [each["status"] for each in results] == ["applied"] * 3
    assert [[warning["code"] for warning in each["warnings"]] for each in results] == [[], [], [CODE]]
