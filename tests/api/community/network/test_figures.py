"""Figures of points, teams, sessions, clients and referrals, on records that were posted over HTTP."""

from typing import Any

import httpx
import pytest
from pydantic import JsonValue

from registry.api.kinds.clubs import CLUBS
from registry.api.kinds.counselling import ATTENDANCES, SESSIONS
from registry.api.kinds.referrals import REFERRALS, SERVICES
from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import a_point, a_record, a_team, a_worker, an_accompaniment, an_appointment
from tests.factories.posted import created, posted_file, posted_person
from tests.factories.reported import change, figures, gain, report, values

HERE: dict[str, Any] = {"unit": "66", "on": TODAY.isoformat()}
THEN: dict[str, Any] = {"unit": "54"}
UNDER, BESIDE = "22045", "22291"


@pytest.fixture(scope="module")
async def province(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


async def posted_point(client: httpx.AsyncClient, **over: JsonValue) -> str:
    return str((await created(client, "/v1/counselling-points", a_point(unit_code=UNDER, **over)))["id"])


async def posted_team(client: httpx.AsyncClient, **over: JsonValue) -> str:
    return str((await created(client, "/v1/volunteer-teams", a_team(**over)))["id"])


async def posted_session(client: httpx.AsyncClient, point: str, held_on: str, form: str, **over: JsonValue) -> str:
    blank: dict[str, JsonValue] = {"topic": None, "speaker_id": None, "on_file_count": 0, "community_count": 0}
    body = a_record(SESSIONS, organisation_id=point, held_on=held_on, form=form, **{**blank, **over})
    return str((await created(client, "/v1/sessions", body))["id"])


async def appointed(client: httpx.AsyncClient, team: str, worker: str | None = None, **over: JsonValue) -> str:
    """Appoint somebody to a team since 2011, a new worker unless one is named; the worker."""
    if worker is None:
        body = a_worker(unit_code=UNDER, from_on="2011-01-01")
        worker = str((await created(client, "/v1/network-workers", body))["id"])
    fields: dict[str, JsonValue] = {"worker_id": worker, "organisation_id": team, "from_on": "2011-01-01", **over}
    await created(client, "/v1/appointments", an_appointment(**fields))
    return worker


class TestPointsAndTeams:
    async def test_a_point_counts_until_its_last_day_and_is_new_in_one_year(self, province: httpx.AsyncClient) -> None:
        before = {year: await figures(province, **THEN, year=year) for year in (2014, 2015, 2016)}
        await posted_point(province, opened_on="2014-03-01", closed_on="2015-12-31")
        await posted_point(province, opened_on="2014-05-01", closed_on="2014-12-30")

        after = {year: await figures(province, **THEN, year=year) for year in before}

        assert gain(before[2014], after[2014]) == {
            "counselling_points": 1,
            "counselling_points_new": 2,
            "communes_with_point": 1,
        }
        assert gain(before[2015], after[2015]) == {"counselling_points": 1, "communes_with_point": 1}
        assert gain(before[2016], after[2016]) == {}
        assert after[2015]["communes_with_point_pct"] == 0.9

    async def test_communes_with_a_team_are_those_of_the_map_of_the_time(self, province: httpx.AsyncClient) -> None:
        """22076 and 22053 lie in one ward of today's map."""
        before = {place: await figures(province, **asked, year=2012) for place, asked in ASKED.items()}
        for code in ("22076", "22053"):
            await posted_team(province, unit_code=code, opened_on="2012-01-01", closed_on=None)

        found = {place: await report(province, **asked, year=2012, by="commune") for place, asked in ASKED.items()}

        for place, body in found.items():
            grown = gain(before[place], values(body["figures"]))
            assert grown == {"volunteer_teams": 2, "communes_with_team": 2}
            rows = [values(row["figures"]) for row in body["communes"]]
            assert sum(row["volunteer_teams"] for row in rows) == values(body["figures"])["volunteer_teams"]
        assert {len([row for row in found["then"]["communes"] if values(row["figures"])["volunteer_teams"] == 1])} == {
            2
        }

    async def test_volunteers_are_those_appointed_on_the_last_day_each_once(self, province: httpx.AsyncClient) -> None:
        team = await posted_team(province, unit_code=UNDER, opened_on="2011-01-01", closed_on="2013-12-31")
        before = await figures(province, **THEN, year=2012)
        held: list[dict[str, Any]] = [
            {"role": "leader", "to_on": None},
            {"role": "deputy", "to_on": "2013-01-01"},
            {"role": "volunteer", "to_on": "2012-12-31"},
            {"role": "volunteer", "from_on": "2013-01-01", "to_on": None},
        ]
        in_two_roles: dict[str, Any] = {"role": "volunteer", "to_on": None}
        workers = [await appointed(province, team, **each) for each in (*held, in_two_roles)]
        await appointed(province, team, workers[-1], role="deputy", to_on="2013-06-01")

        assert gain(before, await figures(province, **THEN, year=2012)) == {"volunteers": 3}


ASKED = {"then": THEN, "today": HERE}


class TestCounselling:
    async def test_sessions_are_counted_by_form_talks_apart_and_everybody_in_the_turnout(
        self, province: httpx.AsyncClient
    ) -> None:
        point = await posted_point(province, opened_on="2017-01-01")
        founded = a_record(CLUBS, code="PY-CLB-GAP", unit_code=UNDER, opened_on="2017-01-01")
        club = (await created(province, "/v1/clubs", founded))["id"]
        before = await figures(province, **THEN, year=2018)
        for form, held_on in (("individual", "2018-01-01"), ("group", "2018-12-31"), ("family", "2018-05-05")):
            await posted_session(province, point, held_on, form, on_file_count=2, family_count=1)
        await posted_session(province, point, "2018-05-06", "prevention", at_risk_count=4)
        await posted_session(province, point, "2018-05-07", "talk", topic="HIV", community_count=20, other_count=3)
        await posted_session(province, point, "2017-12-31", "group", on_file_count=9)
        await posted_session(province, club, "2018-05-08", "meeting", topic="Việc làm", on_file_count=9)

        assert gain(before, await figures(province, **THEN, year=2018)) == {
            "counselling_sessions": 4,
            "counselling_sessions_individual": 1,
            "counselling_sessions_group": 1,
            "counselling_sessions_family": 1,
            "counselling_sessions_prevention": 1,
            "counselling_talks": 1,
            "counselling_turnout": 36,
            "club_meetings": 1,
        }

    async def test_clients_are_people_who_came_to_sessions_each_once(self, province: httpx.AsyncClient) -> None:
        point = await posted_point(province, opened_on="2016-01-01")
        sessions = [
            await posted_session(province, point, day, form, topic=topic, on_file_count=3)
            for day, form, topic in (
                ("2016-02-01", "group", None),
                ("2016-03-01", "individual", None),
                ("2016-04-01", "talk", "HIV"),
            )
        ]
        before = await figures(province, **THEN, year=2016)
        people = [await posted_person(province, unit_code=UNDER, from_on="2015-01-01") for _ in range(3)]
        for person, attended in zip(people, (sessions, sessions[:1], sessions[2:]), strict=True):
            for session in attended:
                attendance = a_record(ATTENDANCES, session_id=session)
                await created(province, f"/v1/persons/{person}/attendances", attendance)

        assert gain(before, await figures(province, **THEN, year=2016)) == {"counselling_clients": 2}

    async def test_a_client_who_is_voided_counts_no_more_and_the_session_does(
        self, province: httpx.AsyncClient
    ) -> None:
        point = await posted_point(province, opened_on="2010-01-01")
        session = await posted_session(province, point, "2010-02-01", "individual", on_file_count=1)
        person = await posted_person(province, unit_code=UNDER, from_on="2009-01-01")
        await created(province, f"/v1/persons/{person}/attendances", a_record(ATTENDANCES, session_id=session))
        before = await figures(province, **THEN, year=2010)

        await province.post(f"/v1/persons/{person}/void", json={"reason": "Entered twice."})

        assert gain(before, await figures(province, **THEN, year=2010)) == {"counselling_clients": -1}


class TestSupport:
    async def test_who_is_accompanied_on_the_last_day(self, province: httpx.AsyncClient) -> None:
        before = await figures(province, **THEN, year=2021)
        for to_on in (None, "2021-12-31", "2022-01-01"):
            person = await posted_person(province, unit_code=UNDER)
            body = an_accompaniment(from_on="2021-07-01", to_on=to_on)
            await created(province, f"/v1/persons/{person}/accompaniments", body)

        assert gain(before, await figures(province, **THEN, year=2021)) == {"accompanied_persons": 2}

    async def test_who_is_accompanied_by_an_organisation_that_is_at_work(self, province: httpx.AsyncClient) -> None:
        teams = [
            await posted_team(province, unit_code=code, opened_on="2010-01-01", closed_on=closed_on)
            for code, closed_on in ((UNDER, "2010-12-31"), (BESIDE, "2010-12-30"))
        ]
        before = {year: await figures(province, **THEN, year=year) for year in (2010, 2011)}
        for team in teams:
            person = await posted_person(province, unit_code=UNDER, from_on="2009-01-01")
            body = an_accompaniment(organisation_id=team, from_on="2010-07-01")
            await created(province, f"/v1/persons/{person}/accompaniments", body)

        after = {year: await figures(province, **THEN, year=year) for year in before}

        assert gain(before[2010], after[2010]) == {"accompanied_persons": 1}
        assert gain(before[2011], after[2011]) == {}

    async def test_referrals_count_when_they_are_made_and_again_when_they_are_completed(
        self, province: httpx.AsyncClient
    ) -> None:
        point = await posted_point(province, opened_on="2016-01-01")
        before = {year: await figures(province, **THEN, year=year) for year in (2022, 2023)}
        person = await posted_person(province, unit_code=UNDER)
        for kind in ("vocational_training", "job_placement", "loan", "health_care"):
            service = await created(province, "/v1/support-services", a_record(SERVICES, kind=kind))
            steps = {"made_on": "2022-10-01", "accepted_on": "2022-10-05", "started_on": "2022-10-05"}
            body = a_record(
                REFERRALS, organisation_id=point, service_id=service["id"], **steps, completed_on="2023-02-01"
            )
            await created(province, f"/v1/persons/{person}/referrals", body)

        after = {year: await figures(province, **THEN, year=year) for year in before}

        assert gain(before[2022], after[2022]) == {"referrals_made": 4}
        assert gain(before[2023], after[2023]) == {
            "referrals_completed": 4,
            "vocational_trainings_completed": 1,
            "jobs_found": 1,
            "loans_given": 1,
        }


async def test_the_change_of_addicted_people_is_from_the_last_day_of_the_year_before(
    province: httpx.AsyncClient,
) -> None:
    before = await figures(province, **THEN, year=2024)
    for opened_on, closed_on in (
        ("2023-12-31", None),
        ("2023-01-01", "2024-01-01"),
        ("2023-01-01", "2024-06-01"),
        ("2023-01-01", "2023-12-31"),
        ("2024-01-01", None),
    ):
        person = await posted_person(province, unit_code=BESIDE)
        reason = None if closed_on is None else "completed_treatment"
        fields: dict[str, JsonValue] = {"opened_on": opened_on, "closed_on": closed_on, "close_reason": reason}
        await posted_file(province, person, category="addicted", **fields)

    after = await figures(province, **THEN, year=2024)

    changed = change(before, after)
    assert changed["addicted_persons_before"] == (0, 3)
    assert changed["addicted_persons"] == (0, 2)
    assert changed["addicted_change_pct"] == (None, -33.3)
