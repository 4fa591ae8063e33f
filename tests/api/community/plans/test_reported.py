"""The annual report says how far plans were attained: as progress does, in the units that it tells of."""

import csv
import io
from dataclasses import dataclass

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_point
from tests.factories.planned import approved, posted_plan, posted_target, standing
from tests.factories.posted import created
from tests.factories.reported import Json, figures, report

LONG_BIEN, GIANG_BIEN, THUONG_THANH = "004", "00127", "00115"
SOC_SON = "00376"
IN_2019: Json = {"unit": LONG_BIEN, "year": 2019}


@dataclass(frozen=True)
class Planned:
    """The plan of a district, approved: two points in all, of which one in a ward that has it."""

    id: str
    in_all: str
    in_a_ward: str


@pytest.fixture(scope="module")
async def plan(ha_noi: httpx.AsyncClient) -> Planned:
    await created(ha_noi, "/v1/counselling-points", a_point(unit_code=GIANG_BIEN, opened_on="2019-06-26"))
    plan = await posted_plan(ha_noi, document_number="12/KH-UBND", unit_code=LONG_BIEN)
    points: Body = {"kind": "level", "indicator": "counselling_points"}
    in_all = await posted_target(ha_noi, plan, **points, value=2, title="=2 points")
    in_a_ward = await posted_target(ha_noi, plan, **points, value=1, unit_code=GIANG_BIEN)
    await approved(ha_noi, plan)
    return Planned(plan, in_all, in_a_ward)


async def planned(client: httpx.AsyncClient, **asked: str | int) -> list[Body]:
    found: list[Body] = (await report(client, **asked))["plan_targets"]
    return found


async def test_a_target_stands_as_its_progress_says(ha_noi: httpx.AsyncClient, plan: Planned) -> None:
    [found] = await planned(ha_noi, **IN_2019)

    assert (found["plan_id"], found["document_number"], found["unit_code"]) == (plan.id, "12/KH-UBND", LONG_BIEN)
    assert (found["actual"], found["attained_pct"], found["status"], found["shortfall"]) == (1, 50, "not_met", 1)
    assert found["actual"] == (await figures(ha_noi, **IN_2019))["counselling_points"]
    progress = await standing(ha_noi, plan.id, plan.in_all, on="2019-12-31")
    assert {name: found[name] for name in found.keys() & progress.keys()} == {
        name: progress[name] for name in found.keys() & progress.keys()
    }


async def test_by_commune_those_of_communes_follow(ha_noi: httpx.AsyncClient, plan: Planned) -> None:
    found = await planned(ha_noi, **IN_2019, by="commune")

    assert [(each["target_id"], each["attained_pct"]) for each in found] == [(plan.in_all, 50), (plan.in_a_ward, 100)]
    assert [each["target_id"] for each in await planned(ha_noi, unit=GIANG_BIEN, year=2019)] == [plan.in_a_ward]
    assert await planned(ha_noi, unit=THUONG_THANH, year=2019) == []


async def test_plans_of_other_years_and_drafts_are_left_out(ha_noi: httpx.AsyncClient, plan: Planned) -> None:
    draft = await posted_plan(ha_noi, document_number="13/KH-UBND", unit_code=LONG_BIEN)
    await posted_target(ha_noi, draft, kind="level", indicator="counselling_points", value=1)

    assert [each["target_id"] for each in await planned(ha_noi, **IN_2019)] == [plan.in_all]
    assert await planned(ha_noi, unit=LONG_BIEN, year=2018) == []
    assert await planned(ha_noi, unit=LONG_BIEN, year=2020) == []


async def test_an_analyst_sees_what_a_province_is_measured_by_and_not_its_wards(
    ha_noi: httpx.AsyncClient, sign_in: SignIn
) -> None:
    plan = await posted_plan(ha_noi, document_number="14/KH-UBND", unit_code="01")
    whole = await posted_target(ha_noi, plan, kind="level", indicator="clubs_active", value=1)
    await posted_target(ha_noi, plan, kind="level", indicator="clubs_active", value=1, unit_code=SOC_SON)
    await approved(ha_noi, plan)
    analyst = await sign_in(Role.ANALYST, unit=("01", TODAY))

    assert [each["target_id"] for each in await planned(analyst, unit="01", year=2019)] == [whole]


@pytest.mark.usefixtures("plan")
async def test_a_table_has_a_row_for_each(ha_noi: httpx.AsyncClient) -> None:
    answer = await ha_noi.get("/v1/reports/annual", params={**IN_2019, "by": "commune", "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    of_plans = [row for row in rows if row["part"] == "plan_target"]

    assert [(row["commune_code"], row["label"], row["value"], row["status"]) for row in of_plans] == [
        ("", "12/KH-UBND: =2 points", "50.0", "exact"),
        (GIANG_BIEN, "12/KH-UBND: Chỉ tiêu", "100.0", "exact"),
    ]
    assert {(row["indicator"], row["kind"], row["counts"]) for row in of_plans} == {
        ("plan_attainment_pct", "period", "percent")
    }
