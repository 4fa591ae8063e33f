"""An article of 2020, told through HTTP: Bắc Kạn reports its counselling points."""

from datetime import date

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.bodies import Body
from tests.factories.posted import body_of, pages
from tests.factories.reported import report, values
from tests.factories.staffed import NORM, a_staffed_point

POINTS = "/v1/counselling-points"
REPORTED_ON = "2020-09-21"
NEW = (
    ("Xã Mỹ Phương", "Huyện Ba Bể"),
    ("Xã Xuân La", "Huyện Pác Nặm"),
    ("Xã Nghiên Loan", "Huyện Pác Nặm"),
    ("Xã Đồng Thắng", "Huyện Chợ Đồn"),
    ("Thị trấn Bằng Lũng", "Huyện Chợ Đồn"),
    ("Thị trấn Yến Lạc", "Huyện Na Rì"),
)
"""The communes that the article names, and their districts."""
NAMED_IN_THE_PICTURE = ("Xã Văn Lang", "Huyện Na Rì")
ELSEWHERE = "Thành Phố Bắc Kạn"
"""Where the four points are put of which the article does not say where they are."""


@pytest.fixture(scope="module")
async def bac_kan(sign_in: SignIn) -> httpx.AsyncClient:
    """Who answers for the province as it was on the day of the report."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("06", date(2020, 9, 21)))


async def units_in(client: httpx.AsyncClient, parent: str, level: str) -> list[Body]:
    return await pages(client, f"/v1/units?parent={parent}&level={level}&on={REPORTED_ON}")


async def commune_of(client: httpx.AsyncClient, name: str, district: str) -> str:
    """Find the code of a commune by its name and its district's on the map of that day."""
    districts = {unit["name"].lower(): unit["code"] for unit in await units_in(client, "06", "district")}
    communes = {unit["name"]: unit["code"] for unit in await units_in(client, districts[district.lower()], "commune")}
    return str(communes[name])


async def at_work_on(client: httpx.AsyncClient, day: str) -> list[Body]:
    return await pages(client, f"{POINTS}?unit=06&on={day}&limit=5")


async def test_bac_kan_reports_six_new_points_and_eleven_in_all_of_five_people_each(bac_kan: httpx.AsyncClient) -> None:
    former = [await commune_of(bac_kan, *NAMED_IN_THE_PICTURE)]
    city = next(unit for unit in await units_in(bac_kan, "06", "district") if unit["name"].lower() == ELSEWHERE.lower())
    former += [str(unit["code"]) for unit in await units_in(bac_kan, city["code"], "commune")][:4]
    for place, code in enumerate(former):
        await a_staffed_point(bac_kan, code, f"2019-0{place + 1}-15")
    for place, (name, district) in enumerate(NEW):
        await a_staffed_point(bac_kan, await commune_of(bac_kan, name, district), f"2020-0{6 + place // 2}-1{place}")

    before, after = await at_work_on(bac_kan, "2020-05-31"), await at_work_on(bac_kan, REPORTED_ON)

    new = {point["id"] for point in after} - {point["id"] for point in before}
    assert (len(new), len(after)) == (6, 11)
    for point in after:
        staffing = body_of(await bac_kan.get(f"{POINTS}/{point['id']}/staffing?on={REPORTED_ON}"))
        assert {each["role"]: each["appointed_count"] for each in staffing["roles"]} == NORM
        assert (staffing["appointed_count"], staffing["is_below_norm"]) == (5, False)
    communes = await report(bac_kan, unit="06", year=2020, by="commune")
    year = values(communes["figures"])
    assert (year["counselling_points"], year["counselling_points_new"]) == (11, 6)
    assert year["communes_with_point_pct"] == round(100 * 11 / len(communes["communes"]), 1)
