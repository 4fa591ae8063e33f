"""An article of 2020, told through HTTP: Thanh Lãng opens a counselling point, and the point serves."""

from datetime import date
from uuid import UUID

import httpx
import pytest
from pydantic import JsonValue

from registry.api.kinds.cases import FILES
from registry.api.kinds.persons import PERSONS
from registry.domain.access import Role
from tests.api.push.pushing import creating, push
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_client_count, a_count, a_file, a_person, a_worker
from tests.factories.counselling import SESSIONS, a_group, an_attendee, attended, held, offered
from tests.factories.posted import body_of, corrected, created, pages, refused
from tests.factories.reported import figures
from tests.factories.staffed import NORM, a_staffed_point

POINTS = "/v1/counselling-points"
TOWN, OPENED_ON = "08968", "2020-06-26"
TODAYS_COMMUNE = "08971"
"""Xuân Lãng in Phú Thọ, of which the town is a part on today's map."""
PLACE = "Trụ sở UBND thị trấn Thanh Lãng"
OFFICE_HOURS: list[JsonValue] = [
    {"weekday": day, "opens": opens, "closes": closes}
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
    for opens, closes in (("07:30", "11:30"), ("13:30", "17:00"))
]


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    """The officer of the town as it was then."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=(TOWN, date(2020, 6, 26)))


@pytest.fixture(scope="module")
async def people(officer: httpx.AsyncClient) -> list[str]:
    """A hundred on file, and over twenty suspected, who are a number."""
    bodies = [a_person(unit_code=TOWN) for _ in range(100)]
    files = [creating(FILES, a_file(category="addicted", opened_on="2020-03-10"), of=body["id"]) for body in bodies]
    results = await push(officer, *(creating(PERSONS, body) for body in bodies), *files)
    assert {each["status"] for each in results} == {"applied"}
    await created(officer, "/v1/suspected-counts", a_count(unit_code=TOWN, counted_on=OPENED_ON, count=23))
    return [body["id"] for body in bodies]


@pytest.fixture(scope="module")
async def staffed(officer: httpx.AsyncClient) -> list[Body]:
    """The point, and its people after it."""
    return await a_staffed_point(officer, TOWN, OPENED_ON, place=PLACE, opening_hours=OFFICE_HOURS)


@pytest.fixture(scope="module")
async def served(officer: httpx.AsyncClient, people: list[str], staffed: list[Body]) -> list[Body]:
    """The sessions of the first weeks, as they were answered."""
    point, _, counsellor, *_ = staffed
    guest = a_worker(unit_code=TOWN, from_on="2020-07-01", position="Bác sĩ", employer="Trung tâm Y tế huyện")
    await created(officer, "/v1/network-workers", guest)
    talk = {"topic": "Dự phòng tái nghiện", "speaker_id": guest["id"], "on_file_count": 20, "community_count": 40}
    sheets: list[tuple[str, str, list[str], Body]] = [
        ("individual", "2020-06-29", people[:1], {}),
        ("family", "2020-07-01", people[:1], {"family_count": 2}),
        ("group", "2020-07-03", people[1:13], {}),
        ("prevention", "2020-07-06", [], {"at_risk_count": 9}),
        ("talk", "2020-07-10", [], talk),
    ]
    return [
        await created(
            officer,
            SESSIONS,
            a_group(
                point["id"],
                form=form,
                held_on=day,
                counsellor_id=counsellor["id"],
                attendees=[an_attendee(person) for person in named],
                **{"family_count": 0, **numbers},
            ),
        )
        for form, day, named, numbers in sheets
    ]


async def test_the_point_opens_in_office_hours_with_its_five_people(
    officer: httpx.AsyncClient, staffed: list[Body]
) -> None:
    assert await pages(officer, f"{POINTS}?on=2020-06-25") == []
    (opened,) = await pages(officer, f"{POINTS}?on={OPENED_ON}")

    assert (opened["place"], opened["opening_hours"]) == (PLACE, OFFICE_HOURS)
    assert {each["weekday"] for each in opened["opening_hours"]}.isdisjoint({"saturday", "sunday"})
    staffing = body_of(await officer.get(f"{POINTS}/{staffed[0]['id']}/staffing?on={OPENED_ON}"))
    assert {each["role"]: each["appointed_count"] for each in staffing["roles"]} == NORM
    entry = body_of(await officer.get(f"/v1/organisations/{opened['id']}"))
    assert (entry["kind"], entry["unit_code"]) == ("counselling_point", TOWN)


async def test_it_counsels_in_every_form_and_each_client_has_their_own(
    officer: httpx.AsyncClient, people: list[str], staffed: list[Body], served: list[Body]
) -> None:
    listed = await pages(officer, f"{SESSIONS}?organisation_id={staffed[0]['id']}&limit=2")

    assert [each["form"] for each in listed] == ["individual", "family", "group", "prevention", "talk"]
    assert [each["on_file_count"] for each in listed] == [1, 1, 12, 0, 20]
    assert [each["held_on"] for each in await attended(officer, people[0])] == ["2020-06-29", "2020-07-01"]
    assert [each["session_id"] for each in await attended(officer, people[5])] == [served[2]["id"]]
    assert await attended(officer, people[99]) == []


async def test_it_refers_and_what_became_of_it_is_told(
    officer: httpx.AsyncClient, people: list[str], staffed: list[Body]
) -> None:
    opened: dict[str, JsonValue] = {"unit_code": TOWN, "from_on": "2020-01-01"}
    to_methadone, to_training = [
        await offered(officer, kind=kind, **opened) for kind in ("methadone", "vocational_training")
    ]
    made = {"organisation_id": staffed[0]["id"], "legal_basis": "consent", "made_on": "2020-07-06"}
    addresses = [f"/v1/persons/{person}/referrals" for person in people[:2]]
    for address, service in zip(addresses, (to_methadone, to_training), strict=True):
        await created(officer, address, {**made, "id": service, "service_id": service})
    steps = {"accepted_on": "2020-07-08", "started_on": "2020-08-03", "completed_on": "2020-12-18"}

    answer = await corrected(officer, f"{addresses[1]}/{to_training}", {**steps, "result": "May công nghiệp"})

    assert body_of(answer)["status"] == "completed"
    (line,) = await pages(officer, f"/v1/support-services/{to_training}/referrals?status=completed")
    assert (line["person"]["id"], line["result"]) == (people[1], "May công nghiệp")
    year = await figures(officer, unit=TOWN, year=2020)
    assert (year["referrals_made"], year["referrals_completed"], year["vocational_trainings_completed"]) == (2, 1, 1)


async def test_how_many_of_its_clients_live_with_hiv_is_a_number_of_the_health_office(
    officer: httpx.AsyncClient, sign_in: SignIn, staffed: list[Body], served: list[Body]
) -> None:
    doctor = await sign_in(Role.HEALTH_OFFICER, unit=(TOWN, date(2020, 6, 26)))
    july = a_client_count(counselling_point_id=staffed[0]["id"], year=2020, month=7, client_count=3)

    await created(doctor, "/v1/hiv-client-counts", july)

    assert [each["client_count"] for each in await pages(doctor, "/v1/hiv-client-counts")] == [3]
    refused(await officer.get("/v1/hiv-client-counts"), 403, "insufficient_scope")
    assert not [name for session in served for name in session if "hiv" in name]


async def test_the_point_s_own_officer_reaches_whom_it_counsels_now_and_nobody_else(
    officer: httpx.AsyncClient, sign_in: SignIn, people: list[str], staffed: list[Body], served: list[Body]
) -> None:
    """The sessions of 2020 are the point's own for ever; those who came then are no more."""
    own = await sign_in(Role.NETWORK_OFFICER, organisation=UUID(staffed[0]["id"]))
    known = people[12]
    assert [each["id"] for each in await pages(own, SESSIONS)] == [each["id"] for each in served]
    assert await pages(own, "/v1/persons") == []

    await held(officer, staffed[0]["id"], known)

    assert [each["id"] for each in await pages(own, "/v1/persons")] == [known]
    assert [each["held_on"] for each in await attended(own, known)] == ["2020-07-03", "2026-11-20"]
    refused(await own.get(f"/v1/persons/{people[99]}/attendances"), 404, "not_found")
    refused(await own.get(f"/v1/persons/{known}/files"), 403, "insufficient_scope")
    [again] = (await held(own, staffed[0]["id"], known, held_on="2026-11-21"))["attendances"]
    assert (again["status"], again["person_id"]) == ("applied", known)


@pytest.mark.usefixtures("people", "served")
async def test_the_year_tells_it_of_the_town_and_of_the_commune_that_it_is_part_of_today(
    officer: httpx.AsyncClient, sign_in: SignIn
) -> None:
    heir = await sign_in(Role.PROVINCE_MANAGER, unit=("25", TODAY))

    then = await figures(officer, unit=TOWN, year=2020)
    now = await figures(heir, unit=TODAYS_COMMUNE, on=f"{TODAY}", year=2020)

    expected = {
        "addicted_persons": 100,
        "suspected_people": 23,
        "counselling_points": 1,
        "counselling_points_new": 1,
        "counselling_sessions": 4,
        "counselling_talks": 1,
        "counselling_clients": 13,
        "counselling_turnout": 1 + 3 + 12 + 9 + 60,
    }
    assert {code: then[code] for code in expected} == expected
    assert {code: now[code] for code in expected} == expected
