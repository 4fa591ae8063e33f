"""Hai Bà Trưng's plan 86/KH-UBND of 2019, as the press told of it: its targets, and how they come to be met."""

import httpx
import pytest

from registry.api.kinds.aftercare import AFTERCARES
from tests.factories.bodies import Body, a_club, a_point, a_rating, a_record, a_team, an_education_measure
from tests.factories.planned import approved, posted_plan, posted_target, progress, standing, stated
from tests.factories.posted import body_of, corrected, created, posted_episode, posted_file, posted_person
from tests.factories.reported import figures

RATINGS = "/v1/club-ratings"
IN_2018 = 50
TEAMS = "/v1/volunteer-teams"
YEAR_END = {"on": "2019-12-31"}


@pytest.fixture(scope="module")
async def wards(ha_noi: httpx.AsyncClient) -> list[str]:
    """The wards of the district as it was: twenty."""
    answer = await ha_noi.get("/v1/units", params={"parent": "007", "on": "2019-03-27", "limit": "200"})
    codes = [str(unit["code"]) for unit in body_of(answer)["items"]]
    assert len(codes) == 20
    return codes


@pytest.fixture(scope="module")
async def addicted(ha_noi: httpx.AsyncClient, wards: list[str]) -> list[tuple[str, str]]:
    """Everybody who is on file as addicted at the end of 2018: person and file."""
    people = []
    for place in range(IN_2018):
        person = await posted_person(ha_noi, unit_code=wards[place % len(wards)], from_on="2015-01-01")
        file = await posted_file(ha_noi, person, category="addicted", opened_on="2018-03-10")
        people.append((person, str(file["id"])))
    return people


@pytest.fixture(scope="module")
async def plan(ha_noi: httpx.AsyncClient, addicted: list[tuple[str, str]]) -> str:
    assert len(addicted) == IN_2018
    return await posted_plan(ha_noi)


@pytest.fixture(scope="module")
async def targets(ha_noi: httpx.AsyncClient, plan: str) -> dict[str, str]:
    """The seven targets; the plan is approved with them."""
    all_of_them = {"kind": "share", "value": 100}
    fields: dict[str, Body] = {
        "quota": {**all_of_them, "stated_measure": "Chỉ tiêu cai nghiện thành phố giao"},
        "aftercare": {**all_of_them, "indicator": "aftercare_coverage_pct"},
        "education": {**all_of_them, "indicator": "education_measure_covered_pct"},
        "fewer": {
            "kind": "change",
            "direction": "reduction",
            "indicator": "addicted_persons",
            "value": -5,
            "base_from_on": "2018-01-01",
            "base_to_on": "2018-12-31",
        },
        "clubs": {
            "kind": "rating_at_least",
            "organisation_kind": "aftercare_club",
            "rating": "kha",
            "rating_programme": "b93",
        },
        "teams": {"kind": "coverage", "organisation_kind": "volunteer_team", "value": 20},
        "point": {"kind": "level", "organisation_kind": "counselling_point", "value": 1},
    }
    ids = {name: await posted_target(ha_noi, plan, **each) for name, each in fields.items()}
    await approved(ha_noi, plan)
    return ids


async def test_the_plan_is_the_district_s_on_the_map_of_its_time(
    ha_noi: httpx.AsyncClient, plan: str, targets: dict[str, str]
) -> None:
    found = await progress(ha_noi, plan, **YEAR_END)

    assert found["unit"] == {"code": "007", "name": "Quận Hai Bà Trưng", "level": "district", "on": "2019-12-31"}
    assert (found["document_number"], found["status"]) == ("86/KH-UBND", "approved")
    assert {target["target_id"] for target in found["targets"]} == set(targets.values())


async def test_one_counselling_point_opens_as_a_pilot(
    ha_noi: httpx.AsyncClient, plan: str, targets: dict[str, str], wards: list[str]
) -> None:
    await created(ha_noi, "/v1/counselling-points", a_point(unit_code=wards[0], opened_on="2019-06-26"))

    assert (await standing(ha_noi, plan, targets["point"], on="2019-06-25"))["status"] == "not_met"
    assert (await standing(ha_noi, plan, targets["point"], on="2019-06-26"))["status"] == "met"


async def test_every_ward_gets_a_team(
    ha_noi: httpx.AsyncClient, plan: str, targets: dict[str, str], wards: list[str]
) -> None:
    for ward in wards[:-1]:
        await created(ha_noi, TEAMS, a_team(unit_code=ward, opened_on="2019-04-01", closed_on=None))
    before = await standing(ha_noi, plan, targets["teams"], **YEAR_END)
    await created(ha_noi, TEAMS, a_team(unit_code=wards[-1], opened_on="2019-05-01", closed_on=None))
    after = await standing(ha_noi, plan, targets["teams"], **YEAR_END)

    assert (before["status"], before["actual"], before["denominator"]) == ("not_met", 19, 20)
    assert (before["attained_pct"], before["shortfall"]) == (95, 1)
    assert (after["status"], after["actual"], after["shortfall"]) == ("met", 20, 0)
    in_march = await standing(ha_noi, plan, targets["teams"], on="2019-03-31")
    assert (in_march["status"], in_march["actual"]) == ("not_met", 0)


async def test_five_percent_fewer_addicted_people_than_in_2018(
    ha_noi: httpx.AsyncClient, plan: str, targets: dict[str, str], addicted: list[tuple[str, str]]
) -> None:
    """Two files closed of fifty are 4 % fewer; the third makes it 6 %, which meets a target of 5 %."""
    for person, file in addicted[:2]:
        await close(ha_noi, person, file, on="2019-06-01")
    four = await standing(ha_noi, plan, targets["fewer"], **YEAR_END)
    await close(ha_noi, *addicted[2], on="2019-12-01")
    six = await standing(ha_noi, plan, targets["fewer"], **YEAR_END)

    assert (four["status"], four["actual"], four["shortfall"]) == ("not_met", -4, 1)
    assert (six["status"], six["actual"], six["attained_pct"], six["shortfall"]) == ("met", -6, 120, 0)
    assert (six["numerator"], six["base"]["value"], six["base"]["frozen_on"]) == (47, 50, "2026-11-21")
    assert six["numerator"] == (await figures(ha_noi, unit="007", year=2019))["addicted_persons"]
    in_july = await standing(ha_noi, plan, targets["fewer"], on="2019-07-01")
    assert (in_july["status"], in_july["actual"]) == ("on_course", -4)


async def test_the_base_is_what_was_approved_and_the_live_figure_stands_beside_it(
    ha_noi: httpx.AsyncClient, plan: str, targets: dict[str, str], wards: list[str]
) -> None:
    late = await posted_person(ha_noi, unit_code=wards[0], from_on="2015-01-01")
    await posted_file(
        ha_noi,
        late,
        category="addicted",
        opened_on="2018-05-01",
        closed_on="2019-02-01",
        close_reason="completed_treatment",
    )
    base = (await standing(ha_noi, plan, targets["fewer"], **YEAR_END))["base"]

    assert (base["value"], base["live_value"]) == (50, 51)
    assert (base["from_on"], base["to_on"], base["source"]) == ("2018-01-01", "2018-12-31", None)


async def test_aftercare_is_met_when_the_last_person_is_placed(
    ha_noi: httpx.AsyncClient, plan: str, targets: dict[str, str], addicted: list[tuple[str, str]]
) -> None:
    unknown = await standing(ha_noi, plan, targets["aftercare"], **YEAR_END)
    for person, _ in addicted[10:12]:
        await completed(ha_noi, person)
    none = await standing(ha_noi, plan, targets["aftercare"], **YEAR_END)
    await placed(ha_noi, addicted[10][0])
    one = await standing(ha_noi, plan, targets["aftercare"], **YEAR_END)
    await placed(ha_noi, addicted[11][0])
    both = await standing(ha_noi, plan, targets["aftercare"], **YEAR_END)

    assert (unknown["status"], unknown["actual"], unknown["denominator"]) == ("unknown", None, 0)
    assert (none["status"], none["actual"], none["denominator"]) == ("not_met", 0, 2)
    assert (one["status"], one["actual"], one["numerator"], one["shortfall"]) == ("not_met", 50, 1, 50)
    assert (both["status"], both["actual"], both["shortfall"]) == ("met", 100, 0)


async def test_the_city_s_quota_is_what_somebody_states(
    ha_noi: httpx.AsyncClient, plan: str, targets: dict[str, str]
) -> None:
    await stated(ha_noi, targets["quota"], "2019-06-30", 9, 10)
    nine = await standing(ha_noi, plan, targets["quota"], **YEAR_END)
    await stated(ha_noi, targets["quota"], "2019-11-30", 10, 10)
    ten = await standing(ha_noi, plan, targets["quota"], **YEAR_END)

    assert (nine["status"], nine["actual"], nine["statement"]["reported_on"]) == ("not_met", 90, "2019-06-30")
    assert (ten["status"], ten["actual"], ten["statement"]["reported_on"]) == ("met", 100, "2019-11-30")
    assert (await standing(ha_noi, plan, targets["quota"], on="2019-11-29"))["status"] == "not_met"


async def test_education_is_met_when_the_last_of_those_under_the_measure_is_treated(
    ha_noi: httpx.AsyncClient, plan: str, targets: dict[str, str], addicted: list[tuple[str, str]]
) -> None:
    pupils = [person for person, _ in addicted[20:22]]
    nobody = await standing(ha_noi, plan, targets["education"], **YEAR_END)
    for person in pupils:
        measure = an_education_measure(decision_on="2019-09-01", from_on="2019-09-01", to_on="2020-03-01")
        await created(ha_noi, f"/v1/persons/{person}/education-measures", measure)
    found = [await standing(ha_noi, plan, targets["education"], **YEAR_END)]
    for person, modality in zip(pupils, ("community", "methadone"), strict=True):
        await posted_episode(ha_noi, person, modality=modality, registered_on="2019-10-01", started_on="2019-10-01")
        found.append(await standing(ha_noi, plan, targets["education"], **YEAR_END))

    assert (nobody["status"], nobody["numerator"], nobody["denominator"]) == ("unknown", 0, 0)
    assert [(each["status"], each["actual"], each["shortfall"]) for each in found] == [
        *(("not_met", 0, 100), ("not_met", 50, 50), ("met", 100, 0)),
    ]


async def test_clubs_are_rated_fairly_good_or_better_when_the_last_one_is(
    ha_noi: httpx.AsyncClient, plan: str, targets: dict[str, str], wards: list[str]
) -> None:
    none = await standing(ha_noi, plan, targets["clubs"], **YEAR_END)
    first, last = [
        str((await created(ha_noi, "/v1/clubs", a_club(unit_code=ward, opened_on="2017-01-05")))["id"])
        for ward in wards[:2]
    ]
    await created(ha_noi, RATINGS, a_rating(organisation_id=last, year=2018, rating="tot", rated_on="2019-01-04"))
    await created(ha_noi, RATINGS, a_rating(organisation_id=first, year=2019, rating="tot", rated_on="2019-12-20"))
    unrated = await standing(ha_noi, plan, targets["clubs"], **YEAR_END)
    late = await created(
        ha_noi, RATINGS, a_rating(organisation_id=last, year=2019, rating="trung_binh", rated_on="2020-01-15")
    )
    below = await standing(ha_noi, plan, targets["clubs"], **YEAR_END)
    await corrected(ha_noi, f"{RATINGS}/{late['id']}", {"rating": "kha"})
    all_of_them = await standing(ha_noi, plan, targets["clubs"], **YEAR_END)

    assert (none["status"], none["rating"], none["value"]) == ("unknown", "kha", None)
    assert (none["numerator"], none["denominator"]) == (0, 0)
    assert (unrated["status"], unrated["actual"], unrated["denominator"]) == ("unknown", None, 2)
    assert (below["status"], below["actual"], below["shortfall"]) == ("not_met", 50, 50)
    assert (all_of_them["status"], all_of_them["actual"], all_of_them["numerator"]) == ("met", 100, 2)
    assert (await standing(ha_noi, plan, targets["clubs"], on="2019-12-30"))["status"] == "unknown"


async def close(client: httpx.AsyncClient, person: str, file: str, *, on: str) -> None:
    address = f"/v1/persons/{person}/files/{file}"
    answer = await corrected(client, address, {"closed_on": on, "close_reason": "completed_treatment"})
    assert answer.status_code == 200, answer.text


async def completed(client: httpx.AsyncClient, person: str) -> None:
    """Let a person complete a compulsory course in a facility in 2019."""
    stay: Body = {"modality": "facility", "legal_basis": "compulsory", "outcome": "completed"}
    await posted_episode(
        client, person, registered_on="2018-02-01", started_on="2018-02-01", ended_on="2019-03-01", **stay
    )


async def placed(client: httpx.AsyncClient, person: str) -> None:
    """Place a person in aftercare after the course."""
    body = a_record(
        AFTERCARES, from_on="2019-03-01", decision_on="2019-03-05", course_id=await course_of(client, person)
    )
    await created(client, f"/v1/persons/{person}/aftercares", body)


async def course_of(client: httpx.AsyncClient, person: str) -> str:
    return str(body_of(await client.get(f"/v1/persons/{person}/episodes"))["items"][0]["course_id"])
