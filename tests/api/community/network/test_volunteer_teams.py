"""Volunteer teams: one of a commune at a time, founded and dissolved by decisions."""

import httpx
import pytest
from pydantic import JsonValue

from tests.factories.bodies import a_team, an_appointment
from tests.factories.posted import body_of, corrected, created, pages, refused

TEAMS = "/v1/volunteer-teams"


def years(first: str, last: str | None, **over: JsonValue) -> dict[str, JsonValue]:
    """The days of a team; far from those of teams that other tests found."""
    return {"opened_on": first, "closed_on": last, **over}


class TestOneOfACommune:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            pytest.param(years("2001-01-01", "2001-12-31"), years("2001-12-31", "2002-12-31"), id="on one day"),
            pytest.param(years("2003-01-01", "2005-12-31"), years("2004-01-01", "2004-12-31"), id="within another"),
            pytest.param(years("2006-01-01", "2006-12-31"), years("2006-06-01", None), id="from then on"),
        ],
    )
    async def test_a_second_on_the_same_days_is_refused(
        self, officer: httpx.AsyncClient, first: dict[str, JsonValue], second: dict[str, JsonValue]
    ) -> None:
        await created(officer, TEAMS, a_team(**first))

        refused(await officer.post(TEAMS, json=a_team(**second)), 409, "volunteer_team_exists", "/unit_code")

    async def test_one_after_the_other_is_kept(self, officer: httpx.AsyncClient) -> None:
        await created(officer, TEAMS, a_team(**years("2008-01-01", "2008-12-31")))
        await created(officer, TEAMS, a_team(**years("2009-01-01", "2009-12-31")))

    async def test_a_voided_one_does_not_count(self, officer: httpx.AsyncClient) -> None:
        team = await created(officer, TEAMS, a_team(**years("2010-01-01", "2010-12-31")))

        await officer.post(f"{TEAMS}/{team['id']}/void", json={"reason": "Entered twice."})

        await created(officer, TEAMS, a_team(**years("2010-01-01", "2010-12-31")))

    async def test_two_communes_that_were_joined_since_had_one_each_and_found_no_third(
        self, manager: httpx.AsyncClient
    ) -> None:
        """22076 and 22053 lie in one ward of today's map."""
        for code in ("22076", "22053"):
            await created(manager, TEAMS, a_team(**years("2012-01-01", None, unit_code=code)))

        third = a_team(**years("2026-01-01", None, unit_code="22076"))

        refused(await manager.post(TEAMS, json=third), 409, "volunteer_team_exists", "/unit_code")


async def test_it_is_dissolved_by_a_decision_and_listed_by_day(manager: httpx.AsyncClient) -> None:
    team = await created(manager, TEAMS, a_team(**years("2015-01-01", None, unit_code="22258")))
    end: dict[str, JsonValue] = {"closed_on": "2019-12-31", "dissolution_number": "30/QĐ-UBND"}

    answer = await corrected(manager, f"{TEAMS}/{team['id']}", end | {"dissolution_on": "2019-12-20"})

    assert answer.status_code == 200
    assert (body_of(answer)["decision_number"], body_of(answer)["dissolution_number"]) == ("21/QĐ-UBND", "30/QĐ-UBND")
    assert [each["id"] for each in await pages(manager, f"{TEAMS}?unit=22258&on=2019-12-31")] == [team["id"]]
    assert await pages(manager, f"{TEAMS}?unit=22258&on=2020-01-01") == []
    entry = body_of(await manager.get(f"/v1/organisations/{team['id']}"))
    assert (entry["kind"], entry["closed_on"]) == ("volunteer_team", "2019-12-31")


async def test_leader_deputies_and_volunteers_are_appointments(officer: httpx.AsyncClient) -> None:
    team = await created(officer, TEAMS, a_team(**years("2020-06-26", "2020-12-31")))
    for role in ("leader", "deputy", "deputy", "volunteer"):
        worker = await created(officer, "/v1/network-workers", {"id": a_team()["id"], **WORKER})
        appointment = an_appointment(worker_id=worker["id"], organisation_id=team["id"], role=role)
        await created(officer, "/v1/appointments", appointment)

    listed = await pages(officer, f"/v1/appointments?organisation_id={team['id']}&on=2020-12-31")

    assert sorted(each["role"] for each in listed) == ["deputy", "deputy", "leader", "volunteer"]


WORKER = {"full_name": "Lê Thị Mẫu", "from_on": "2020-01-01", "unit_code": "22015"}
