"""Figures of aftercare, relapse and education measures, on people who were posted over HTTP."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from registry.domain.catalogue import CATALOGUE
from registry.domain.indicator import Counted, Indicator
from tests.api.erasure.erasing import erase
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, an_aftercare, an_education_measure
from tests.factories.posted import created, posted_episode, posted_person
from tests.factories.reported import figures

HERE: dict[str, Any] = {"unit": "66", "on": TODAY.isoformat()}
UNDER = "22045"


@pytest.fixture(scope="module")
async def province(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


async def counted(client: httpx.AsyncClient, year: int) -> dict[str, Any]:
    found = await figures(client, **HERE, year=year)
    return {
        code: value for code, value in found.items() if code.startswith(("aftercare", "courses", "relapse", "educ"))
    }


async def a_course(client: httpx.AsyncClient, completed_on: str, **over: Any) -> tuple[str, str]:  # noqa: ANN401 - fields
    """Post somebody who completed a course of a year; the ids of both."""
    begun = f"{int(completed_on[:4]) - 1}{completed_on[4:]}"
    person_id = await posted_person(client, unit_code=UNDER, birth_date="1990-05-01", birth_year=1990)
    stay = {"modality": "facility", "registered_on": begun, "started_on": begun, "ended_on": completed_on}
    episode = await posted_episode(client, person_id, **stay | {"outcome": "completed"} | over)
    return person_id, str(episode["course_id"])


async def placed(client: httpx.AsyncClient, person_id: str, course_id: str, from_on: str, **over: Any) -> Body:  # noqa: ANN401 - as above
    term = an_aftercare(course_id=course_id, from_on=from_on, **{"decision_on": from_on, **over})
    return await created(client, f"/v1/persons/{person_id}/aftercares", term)


async def found_addicted(client: httpx.AsyncClient, person_id: str, on: str) -> None:
    finding = {"id": str(uuid4()), "determined_on": on, "result": "addicted"}
    await created(client, f"/v1/persons/{person_id}/determinations", finding)


def grown(before: dict[str, Any], after: dict[str, Any]) -> dict[str, int]:
    """By how much counts grew; shares are left out."""
    return {
        code: after[code] - before[code]
        for code in before
        if CATALOGUE[Indicator(code)].counted is not Counted.PERCENT and after[code] != before[code]
    }


class TestAftercare:
    async def test_of_two_who_completed_one_is_placed(self, province: httpx.AsyncClient) -> None:
        before = await counted(province, 2024)
        person_id, course_id = await a_course(province, "2024-06-01")
        await placed(province, person_id, course_id, "2024-06-01")
        await a_course(province, "2024-07-01", modality="methadone")

        after = await counted(province, 2024)

        assert grown(before, after) == {
            "aftercare_persons": 1,
            "aftercare_persons_residence": 1,
            "aftercare_started": 1,
            "courses_completed": 2,
            "courses_placed": 1,
        }
        assert after["aftercare_coverage_pct"] == 50.0

    async def test_a_decision_of_the_next_year_places_nobody_in_this_one(self, province: httpx.AsyncClient) -> None:
        before = {year: await counted(province, year) for year in (2022, 2023)}
        person_id, course_id = await a_course(province, "2022-12-20")
        await placed(province, person_id, course_id, "2022-12-20", decision_on="2023-01-10")

        assert grown(before[2022], await counted(province, 2022)) == {"courses_completed": 1}
        grew = grown(before[2023], await counted(province, 2023))
        assert grew == {
            "aftercare_persons": 1,
            "aftercare_persons_residence": 1,
            "aftercare_started": 1,
            "relapse_cohort": 1,
        }

    async def test_a_term_that_ended_clean_is_no_longer_counted_at_the_end(self, province: httpx.AsyncClient) -> None:
        before = await counted(province, 2021)
        person_id, course_id = await a_course(province, "2020-03-01")
        await placed(province, person_id, course_id, "2020-03-01", ended_on="2021-03-01", outcome="completed")

        assert grown(before, await counted(province, 2021)) == {"aftercare_completed": 1, "relapse_cohort": 1}


class TestErasure:
    async def test_what_finished_years_counted_stays_but_for_relapse(
        self, app: FastAPI, province: httpx.AsyncClient
    ) -> None:
        before = {year: await counted(province, year) for year in (2018, 2019)}
        person_id, course_id = await a_course(province, "2018-06-01")
        await placed(province, person_id, course_id, "2018-06-01", ended_on="2018-12-01", outcome="completed")
        measure = an_education_measure(from_on="2018-01-10", to_on="2018-04-10")
        await created(province, f"/v1/persons/{person_id}/education-measures", measure)
        await found_addicted(province, person_id, "2019-01-10")
        grew = grown(before[2018], await counted(province, 2018))
        assert grew.keys() >= {
            "aftercare_started",
            "aftercare_completed",
            "courses_placed",
            "education_measure_persons",
        }
        assert grown(before[2019], await counted(province, 2019)) == {"relapse_cohort": 1, "relapsed_within_12m": 1}

        await erase(app, person_id)

        assert grown(before[2018], await counted(province, 2018)) == grew
        assert await counted(province, 2019) == before[2019]


class TestRelapse:
    async def test_a_relapse_within_the_year_after_the_course(self, province: httpx.AsyncClient) -> None:
        before = {year: await counted(province, year) for year in (2018, 2019)}
        for found_on in ("2018-12-31", "2019-05-01", "2019-05-02", None):
            person_id, course_id = await a_course(province, "2018-05-01")
            await placed(province, person_id, course_id, "2018-05-01")
            if found_on is not None:
                await found_addicted(province, person_id, found_on)

        assert grown(before[2018], await counted(province, 2018))["relapse_cases"] == 1
        after = await counted(province, 2019)
        grew = grown(before[2019], after)
        assert (grew["relapse_cohort"], grew["relapsed_within_12m"], grew["relapse_cases"]) == (4, 2, 2)
        assert after["relapse_rate_12m"] == 50.0

    async def test_a_determination_of_before_or_after_aftercare_is_no_relapse_in_it(
        self, province: httpx.AsyncClient
    ) -> None:
        before = await counted(province, 2016)
        person_id, course_id = await a_course(province, "2016-05-01")
        over = {"ended_on": "2016-09-01", "outcome": "custody"}
        await placed(province, person_id, course_id, "2016-05-01", **over)
        for day in ("2016-05-01", "2016-09-02"):
            await found_addicted(province, person_id, day)

        assert "relapse_cases" not in grown(before, await counted(province, 2016))


class TestEducation:
    async def test_who_is_treated_while_the_measure_is_in_force_is_covered(self, province: httpx.AsyncClient) -> None:
        before = await counted(province, 2026)
        for modality, from_on in (("community", "2026-08-01"), ("methadone", "2026-09-01"), ("facility", "2026-04-01")):
            person_id = await posted_person(province, unit_code=UNDER)
            await created(province, f"/v1/persons/{person_id}/education-measures", an_education_measure())
            await posted_episode(province, person_id, modality=modality, registered_on=from_on, started_on=from_on)

        after = await counted(province, 2026)

        assert grown(before, after) == {"education_measure_persons": 3, "education_measure_covered": 1}
        assert after["education_measure_covered_pct"] == 33.3

    async def test_two_measures_of_a_person_are_one_person(self, province: httpx.AsyncClient) -> None:
        before = await counted(province, 2015)
        person_id = await posted_person(province, unit_code=UNDER)
        for from_on, to_on in (("2014-12-01", "2015-03-01"), ("2015-10-01", "2016-04-01")):
            body = an_education_measure(from_on=from_on, to_on=to_on, decision_on=from_on)
            await created(province, f"/v1/persons/{person_id}/education-measures", body)

        assert grown(before, await counted(province, 2015)) == {"education_measure_persons": 1}
