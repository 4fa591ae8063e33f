"""An article of 2020, told through HTTP: Quảng Ninh guides its clubs in five places in May, and Hạ Long's in June."""

from datetime import date

import httpx
import pytest
from pydantic import JsonValue

from registry.api.kinds.clubs import CLUB_GUIDANCE_VISITS, CLUBS
from registry.api.kinds.staffing import APPOINTMENTS, WORKERS
from registry.domain.access import Role
from tests.api.push.pushing import creating, push
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_club, a_guidance_visit, a_membership, a_worker, an_appointment
from tests.factories.posted import body_of, created, pages, posted_person

TOLD_ON = "2020-06-02"
IN_MAY = (
    ("Thị xã Đông Triều", "2020-05-12"),
    ("Thành phố Uông Bí", "2020-05-14"),
    ("Thị xã Quảng Yên", "2020-05-19"),
    ("Thành phố Cẩm Phả", "2020-05-21"),
    ("Huyện Vân Đồn", "2020-05-26"),
)
"""The places that the article names, with days of that month."""
IN_JUNE = ("Thành phố Hạ Long", "2020-06-09")
SEATS = {
    "Thị xã Đông Triều": "Phường Mạo Khê",
    "Thành phố Uông Bí": "Phường Vàng Danh",
    "Thị xã Quảng Yên": "Phường Quảng Yên",
    "Thành phố Cẩm Phả": "Phường Cẩm Thủy",
    "Huyện Vân Đồn": "Thị trấn Cái Rồng",
    "Thành phố Hạ Long": "Phường Hồng Gai",
}
"""A commune of each place; the article does not say in which the clubs are."""
GUIDE = "Chi cục Phòng, chống tệ nạn xã hội tỉnh Quảng Ninh"
VISITS = "/v1/club-guidance-visits"


@pytest.fixture(scope="module")
async def quang_ninh(sign_in: SignIn) -> httpx.AsyncClient:
    """Who answers for the province as it was on the day of the article."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("22", date(2020, 6, 2)))


@pytest.fixture(scope="module")
async def districts(quang_ninh: httpx.AsyncClient) -> dict[str, str]:
    """The districts of the province on that day: code by name."""
    units = await pages(quang_ninh, f"/v1/units?parent=22&level=district&on={TOLD_ON}")
    return {str(unit["name"]): str(unit["code"]) for unit in units}


async def set_up(client: httpx.AsyncClient, name: str, district: str) -> str:
    """Found a club with its board in a district by one push, as a device would; its id."""
    communes = await pages(client, f"/v1/units?parent={district}&level=commune&on={TOLD_ON}")
    place = next(str(unit["code"]) for unit in communes if unit["name"] == SEATS[name])
    since = "2018-04-02"
    club = a_club(unit_code=place, opened_on=since, decision_on=None, counted_on="2020-04-30", collaborator_count=3)
    board = [a_worker(unit_code=place, from_on=since) for _ in range(5)]
    fields: dict[str, JsonValue] = {"organisation_id": club["id"], "from_on": since, "to_on": None}
    roles = ("chair", *("board_member",) * 4)
    appointments = [
        an_appointment(worker_id=worker["id"], role=role, **fields) for worker, role in zip(board, roles, strict=True)
    ]
    results = await push(
        client,
        *(creating(APPOINTMENTS, each) for each in appointments),
        *(creating(WORKERS, each) for each in board),
        creating(CLUBS, club),
    )
    assert {each["status"] for each in results} == {"applied"}, results
    return str(club["id"])


async def guided_in(client: httpx.AsyncClient, first: str, last: str, **asked: str) -> list[Body]:
    more = "".join(f"&{name}={value}" for name, value in asked.items())
    return await pages(client, f"{VISITS}?from_on={first}&to_on={last}&limit=3{more}")


async def test_five_places_are_guided_in_may_and_ha_long_in_june(
    quang_ninh: httpx.AsyncClient, districts: dict[str, str]
) -> None:
    clubs = {name: await set_up(quang_ninh, name, districts[name]) for name, _ in (*IN_MAY, IN_JUNE)}
    visits = [
        a_guidance_visit(organisation_id=clubs[name], visited_on=day, guided_by=GUIDE, findings=[])
        for name, day in IN_MAY
    ]
    results = await push(quang_ninh, *(creating(CLUB_GUIDANCE_VISITS, each) for each in visits))
    assert {each["status"] for each in results} == {"applied"}, results

    in_may = await guided_in(quang_ninh, "2020-05-01", "2020-05-31")
    assert await guided_in(quang_ninh, "2020-06-01", "2020-06-30") == []
    name, day = IN_JUNE
    await created(quang_ninh, VISITS, a_guidance_visit(organisation_id=clubs[name], visited_on=day, guided_by=GUIDE))
    in_june = await guided_in(quang_ninh, "2020-06-01", "2020-06-30", unit=districts[name])

    assert [each["organisation_id"] for each in in_may] == [clubs[place] for place, _ in IN_MAY]
    assert [each["organisation_id"] for each in in_june] == [clubs[name]]
    for place, district in ((place, districts[place]) for place in clubs):
        (found,) = await pages(quang_ninh, f"/v1/clubs?unit={district}&on={TOLD_ON}")
        assert found["id"] == clubs[place]


async def test_a_club_has_a_board_members_families_and_volunteers(
    quang_ninh: httpx.AsyncClient, districts: dict[str, str]
) -> None:
    club_id = await set_up(quang_ninh, "Huyện Vân Đồn", districts["Huyện Vân Đồn"])
    club = body_of(await quang_ninh.get(f"/v1/clubs/{club_id}"))
    person = await posted_person(quang_ninh, unit_code=club["unit_code"])
    joined = a_membership(organisation_id=club_id, from_on="2020-05-26")
    await created(quang_ninh, f"/v1/persons/{person}/memberships", joined)

    board = await pages(quang_ninh, f"/v1/appointments?organisation_id={club_id}&on={TOLD_ON}")

    assert sorted(each["role"] for each in board) == [*("board_member",) * 4, "chair"]
    assert (club["family_count"], club["volunteer_count"], club["collaborator_count"]) == (12, 4, 3)
    (member,) = await pages(quang_ninh, f"/v1/persons/{person}/memberships")
    assert (member["organisation_id"], member["kind"], member["to_on"]) == (club_id, "after_rehab", None)
