"""Figures of clubs, their members and their ratings, on records that were posted over HTTP."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import JsonValue

from registry.api.kinds.clubs import CLUB_RATINGS, CLUBS
from registry.api.kinds.memberships import MEMBERSHIPS
from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import a_record
from tests.factories.posted import created, posted_episode, posted_person
from tests.factories.reported import figures, gain

THEN: dict[str, Any] = {"unit": "54"}
UNDER = "22045"


@pytest.fixture(scope="module")
async def province(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


async def posted_club(client: httpx.AsyncClient, **over: JsonValue) -> str:
    """Post a club of which nobody has counted anything; the id."""
    blank: dict[str, JsonValue] = dict.fromkeys(("family_count", "volunteer_count", "counted_on"))
    code = f"PY-{uuid4().hex[:8].upper()}"
    body = a_record(CLUBS, **{"code": code, "unit_code": UNDER, "opened_on": "2010-01-01", **blank, **over})
    return str((await created(client, "/v1/clubs", body))["id"])


async def posted_member(
    client: httpx.AsyncClient, club: str, completed_on: str | None = None, **over: JsonValue
) -> str:
    """Post a member since 2013, who completed a course on a day; the person."""
    person = await posted_person(client, unit_code=UNDER, from_on="2009-01-01")
    if completed_on is not None:
        begun = f"{int(completed_on[:4]) - 1}{completed_on[4:]}"
        stay = {"registered_on": begun, "started_on": begun, "ended_on": completed_on, "outcome": "completed"}
        await posted_episode(client, person, modality="facility", **stay)
    body = a_record(MEMBERSHIPS, **{"organisation_id": club, "from_on": "2013-01-01", **over})
    await created(client, f"/v1/persons/{person}/memberships", body)
    return person


async def found_addicted(client: httpx.AsyncClient, person: str, on: str) -> None:
    finding = {"id": str(uuid4()), "determined_on": on, "result": "addicted"}
    await created(client, f"/v1/persons/{person}/determinations", finding)


async def test_a_club_counts_until_its_last_day_with_those_it_has_counted_by_then(province: httpx.AsyncClient) -> None:
    before = {year: await figures(province, **THEN, year=year) for year in (2011, 2012)}
    circle: dict[str, JsonValue] = {"family_count": 12, "volunteer_count": 4, "collaborator_count": 1}
    await posted_club(province, closed_on="2011-12-31", counted_on="2011-06-30", **circle)
    await posted_club(province, closed_on="2012-12-30", counted_on="2012-01-01", **circle)

    assert gain(before[2011], await figures(province, **THEN, year=2011)) == {"clubs_active": 2, "club_circle": 17}
    assert gain(before[2012], await figures(province, **THEN, year=2012)) == {}


async def test_members_are_people_and_clean_since_the_course_that_they_completed_last(
    province: httpx.AsyncClient,
) -> None:
    club, other = await posted_club(province), await posted_club(province)
    before = await figures(province, **THEN, year=2014)
    clean = await posted_member(province, club, "2013-06-01")
    await found_addicted(province, clean, "2013-06-01")
    await created(
        province, f"/v1/persons/{clean}/memberships", a_record(MEMBERSHIPS, organisation_id=other, from_on="2014-01-01")
    )
    relapsed = await posted_member(province, club, "2013-06-01")
    await found_addicted(province, relapsed, "2014-12-31")
    relapses_later = await posted_member(province, club, "2013-06-01")
    await found_addicted(province, relapses_later, "2015-01-01")
    await posted_member(province, club)
    await posted_member(province, club, "2013-06-01", kind="family")
    await posted_member(province, club, "2013-06-01", to_on="2014-12-31")
    await posted_member(province, club, "2013-06-01", from_on="2015-01-01")

    after = await figures(province, **THEN, year=2014)

    grown = {code: count for code, count in gain(before, after).items() if code.startswith("club")}
    assert grown == {"club_members": 5, "club_members_completed": 3, "club_members_clean": 2}
    assert after["club_members_clean_pct"] == 66.7


async def test_a_member_counts_while_the_club_is_at_work(province: httpx.AsyncClient) -> None:
    before = {year: await figures(province, **THEN, year=year) for year in (2015, 2016)}
    for closed_on in ("2015-12-31", "2015-12-30", None):
        club = await posted_club(province, opened_on="2015-01-01", closed_on=closed_on)
        await posted_member(province, club, "2014-06-01", from_on="2015-02-01")

    grown = {year: gain(before[year], await figures(province, **THEN, year=year)) for year in before}

    members = ("clubs_active", "club_members", "club_members_completed", "club_members_clean")
    assert {year: {code: grown[year].get(code) for code in members} for year in grown} == {
        2015: dict.fromkeys(members, 2),
        2016: dict.fromkeys(members, 1),
    }


async def test_the_last_rating_of_the_period_counts_by_the_scale_of_its_programme(province: httpx.AsyncClient) -> None:
    clubs = [await posted_club(province, opened_on="2016-01-01") for _ in range(4)]
    before = await figures(province, **THEN, year=2018)
    for club, year, grade, rated_on in (
        (clubs[0], 2017, "yeu", "2018-01-10"),
        (clubs[0], 2018, "kha", "2019-01-20"),
        (clubs[1], 2018, "trung_binh", "2018-12-31"),
        (clubs[2], 2018, "xuat_sac", "2018-12-01"),
        (clubs[3], 2016, "tot", "2016-12-20"),
    ):
        body = a_record(CLUB_RATINGS, organisation_id=club, year=year, rating=grade, rated_on=rated_on)
        await created(province, "/v1/club-ratings", body)

    after = await figures(province, **THEN, year=2018)

    assert gain(before, after) == {"clubs_rated": 3, "clubs_rated_kha": 2}
    assert after["clubs_rated_kha_pct"] == 66.7
