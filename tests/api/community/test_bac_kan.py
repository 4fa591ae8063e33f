"""Two articles of 2020, told through HTTP: Bắc Kạn reports its counselling points, and Thanh Lãng opens one."""

from datetime import date

import httpx
import pytest
from pydantic import JsonValue

from registry.api.kinds.cases import FILES
from registry.api.kinds.counselling_points import COUNSELLING_POINTS
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.staffing import APPOINTMENTS, WORKERS
from registry.domain.access import Role
from tests.api.push.pushing import creating, push
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_count, a_file, a_person, a_point, a_worker, an_appointment
from tests.factories.posted import body_of, created, pages
from tests.factories.reported import figures

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
STAFF = ("head", "counsellor", "counsellor", "case_manager", "case_manager")
NORM = {"head": 1, "counsellor": 2, "case_manager": 2}


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


async def set_up(client: httpx.AsyncClient, unit_code: str, opened_on: str) -> None:
    """Set up a point with its five people by one push, as a device would."""
    point = a_point(unit_code=unit_code, opened_on=opened_on)
    workers = [a_worker(unit_code=unit_code, from_on=opened_on) for _ in STAFF]
    fields: dict[str, JsonValue] = {"organisation_id": point["id"], "from_on": opened_on, "to_on": None}
    appointments = [
        an_appointment(worker_id=worker["id"], role=role, **fields) for worker, role in zip(workers, STAFF, strict=True)
    ]
    results = await push(
        client,
        *(creating(APPOINTMENTS, each) for each in appointments),
        *(creating(WORKERS, each) for each in workers),
        creating(COUNSELLING_POINTS, point),
    )
    assert {each["status"] for each in results} == {"applied"}, results


async def at_work_on(client: httpx.AsyncClient, day: str) -> list[Body]:
    return await pages(client, f"{POINTS}?unit=06&on={day}&limit=5")


async def test_bac_kan_reports_six_new_points_and_eleven_in_all_of_five_people_each(bac_kan: httpx.AsyncClient) -> None:
    former = [await commune_of(bac_kan, *NAMED_IN_THE_PICTURE)]
    city = next(unit for unit in await units_in(bac_kan, "06", "district") if unit["name"].lower() == ELSEWHERE.lower())
    former += [str(unit["code"]) for unit in await units_in(bac_kan, city["code"], "commune")][:4]
    for place, code in enumerate(former):
        await set_up(bac_kan, code, f"2019-0{place + 1}-15")
    for place, (name, district) in enumerate(NEW):
        await set_up(bac_kan, await commune_of(bac_kan, name, district), f"2020-0{6 + place // 2}-1{place}")

    before, after = await at_work_on(bac_kan, "2020-05-31"), await at_work_on(bac_kan, REPORTED_ON)

    new = {point["id"] for point in after} - {point["id"] for point in before}
    assert (len(new), len(after)) == (6, 11)
    for point in after:
        staffing = body_of(await bac_kan.get(f"{POINTS}/{point['id']}/staffing?on={REPORTED_ON}"))
        assert {each["role"]: each["appointed_count"] for each in staffing["roles"]} == NORM
        assert (staffing["appointed_count"], staffing["is_below_norm"]) == (5, False)


async def test_thanh_lang_opens_its_point_where_a_hundred_are_on_file(sign_in: SignIn) -> None:
    town, opened_on = "08968", "2020-06-26"
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=(town, date(2020, 6, 26)))
    people = [a_person(unit_code=town) for _ in range(100)]
    files = [creating(FILES, a_file(opened_on="2020-03-10"), of=person["id"]) for person in people]
    results = await push(officer, *(creating(PERSONS, person) for person in people), *files)
    assert {each["status"] for each in results} == {"applied"}
    await created(officer, "/v1/suspected-counts", a_count(unit_code=town, counted_on=opened_on, count=23))
    office_hours: list[JsonValue] = [
        {"weekday": day, "opens": opens, "closes": closes}
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
        for opens, closes in (("07:30", "11:30"), ("13:30", "17:00"))
    ]
    place = "Trụ sở UBND thị trấn Thanh Lãng"
    point = a_point(unit_code=town, opened_on=opened_on, place=place, opening_hours=office_hours)
    await created(officer, POINTS, point)

    assert await pages(officer, f"{POINTS}?on=2020-06-25") == []
    (opened,) = await pages(officer, f"{POINTS}?on={opened_on}")

    assert (opened["place"], opened["opening_hours"]) == (place, office_hours)
    assert {each["weekday"] for each in opened["opening_hours"]}.isdisjoint({"saturday", "sunday"})
    (suspected,) = await pages(officer, f"/v1/suspected-counts?unit={town}")
    assert suspected["count"] > 20
    assert (await figures(officer, unit=town, year=2020))["persons_on_file"] == 100
    entry = body_of(await officer.get(f"/v1/organisations/{opened['id']}"))
    assert (entry["kind"], entry["unit_code"]) == ("counselling_point", town)
