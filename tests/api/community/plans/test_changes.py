"""Targets that name a limit or a change: a cap, a base that was stated, and a base of which nothing can be a change."""

import httpx
import pytest
from pydantic import JsonValue

from tests.factories.bodies import Body
from tests.factories.planned import approved, posted_plan, posted_target, standing
from tests.factories.posted import posted_file, posted_person

SOC_SON, TRUNG_GIA = "016", "00376"
ON_FILE = 3
LEVEL: Body = {"kind": "level", "direction": "cap", "indicator": "addicted_persons"}
FEWER: Body = {"kind": "change", "direction": "reduction", "indicator": "addicted_persons", "value": -20}
IN_2001: Body = {"base_from_on": "2001-01-01", "base_to_on": "2001-12-31"}


@pytest.fixture(scope="module")
async def on_file(ha_noi: httpx.AsyncClient) -> int:
    """How many people are on file as addicted in a district."""
    for _ in range(ON_FILE):
        person = await posted_person(ha_noi, unit_code=TRUNG_GIA, from_on="2015-01-01")
        await posted_file(ha_noi, person, category="addicted", opened_on="2018-03-10")
    return ON_FILE


async def found(client: httpx.AsyncClient, *, on: str = "2019-12-31", **fields: JsonValue) -> Body:
    """How the one target of an approved plan stands."""
    plan = await posted_plan(client, unit_code=SOC_SON)
    target = await posted_target(client, plan, **fields)
    await approved(client, plan)
    return await standing(client, plan, target, on=on)


async def test_a_cap_is_kept_when_it_is_reached_and_broken_by_one_more(ha_noi: httpx.AsyncClient, on_file: int) -> None:
    reached = await found(ha_noi, **LEVEL, value=on_file)
    before_its_end = await found(ha_noi, on="2019-12-30", **LEVEL, value=on_file)
    broken = await found(ha_noi, **LEVEL, value=on_file - 1)

    assert (reached["status"], reached["attained_pct"], reached["shortfall"]) == ("met", 100, 0)
    assert before_its_end["status"] == "on_course"
    assert (broken["status"], broken["attained_pct"], broken["shortfall"]) == ("not_met", 66.6, 1)


async def test_a_change_is_against_the_base_that_was_stated(ha_noi: httpx.AsyncClient, on_file: int) -> None:
    stated = await found(ha_noi, **FEWER, base_value=on_file + 1, base_source="Báo cáo năm 2018")

    assert (stated["status"], stated["actual"], stated["attained_pct"]) == ("met", -25, 125)
    assert (stated["base"]["value"], stated["base"]["source"]) == (on_file + 1, "Báo cáo năm 2018")
    assert (stated["base"]["frozen_on"], stated["base"]["live_value"]) == (None, None)


@pytest.mark.parametrize("base", [{"base_value": 0, "base_source": "Báo cáo năm 2001"}, IN_2001])
@pytest.mark.usefixtures("on_file")
async def test_against_a_base_of_nothing_a_change_is_unknown(ha_noi: httpx.AsyncClient, base: Body) -> None:
    against = await found(ha_noi, **FEWER, **base)

    assert (against["base"]["value"], against["numerator"]) == (0, ON_FILE)
    assert [against[name] for name in ("status", "actual", "attained_pct", "shortfall")] == ["unknown", *[None] * 3]
