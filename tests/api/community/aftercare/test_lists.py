"""Who completed a course and is not placed, who relapsed, and who under a measure of education is treated."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import an_aftercare, an_education_measure
from tests.factories.posted import body_of, corrected, created, pages, posted_episode, posted_person, refused

COURSES = "/v1/completed-courses?unit=22045"
MEASURES = "/v1/education-measures?unit=22045"
COMPLETED = {
    "ended_on": "2024-02-01",
    "outcome": "completed",
    "registered_on": "2023-02-01",
    "started_on": "2023-02-01",
}


async def a_person(client: httpx.AsyncClient, name: str) -> str:
    return await posted_person(client, unit_code="22045", full_name=name, birth_date=None, birth_year=1990)


def names(lines: list[dict[str, Any]]) -> list[str]:
    return [line["person"]["full_name"] for line in lines]


@pytest.fixture(scope="module")
async def completers(manager: httpx.AsyncClient) -> dict[str, str]:
    """Two who completed a course, of whom one is placed, and one who did not complete it."""
    ids = {name: await a_person(manager, name) for name in ("Lê An", "Lê Ân", "Lê Ba")}
    await posted_episode(manager, ids["Lê An"], modality="methadone", **COMPLETED)
    course = await posted_episode(manager, ids["Lê Ân"], modality="facility", **COMPLETED)
    await posted_episode(manager, ids["Lê Ba"], modality="facility", **COMPLETED | {"outcome": "dropped_out"})
    term = an_aftercare(course_id=course["course_id"], from_on="2024-02-01", decision_on="2024-02-20")
    await created(manager, f"/v1/persons/{ids['Lê Ân']}/aftercares", term)
    return ids


@pytest.mark.usefixtures("completers")
class TestCompletedCourses:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            pytest.param("", ["Lê An", "Lê Ân"], id="all"),
            pytest.param("&placed=false", ["Lê An"], id="completed, not placed"),
            pytest.param("&placed=true", ["Lê Ân"], id="placed"),
            pytest.param("&placed=false&on=2024-02-19", ["Lê An", "Lê Ân"], id="the day before the decision"),
            pytest.param("&placed=true&on=2024-02-20", ["Lê Ân"], id="the day of the decision"),
            pytest.param("&on=2024-01-31", [], id="the day before the completion"),
            pytest.param("&modality=methadone", ["Lê An"], id="by modality"),
            pytest.param("&legal_basis=compulsory", [], id="by legal basis"),
        ],
    )
    async def test_across_people(self, manager: httpx.AsyncClient, query: str, expected: list[str]) -> None:
        assert names(await pages(manager, COURSES + query)) == expected
        assert names(await pages(manager, f"{COURSES}{query}&limit=1")) == expected

    async def test_a_line_tells_the_course_the_person_and_the_term(
        self, manager: httpx.AsyncClient, completers: dict[str, str]
    ) -> None:
        person_id = completers["Lê Ân"]

        (line,) = await pages(manager, f"{COURSES}&placed=true")

        (term,) = await pages(manager, f"/v1/persons/{person_id}/aftercares")
        assert line == {
            "person_id": person_id,
            "course_id": term["course_id"],
            "modality": "facility",
            "legal_basis": "voluntary",
            "completed_on": "2024-02-01",
            "aftercare": term,
            "person": {"id": person_id, "full_name": "Lê Ân", "birth_year": 1990},
        }

    async def test_who_may_not(self, manager: httpx.AsyncClient, sign_in: SignIn) -> None:
        doctor = await sign_in(Role.HEALTH_OFFICER)

        refused(await doctor.get(COURSES), 403, "insufficient_scope")
        refused(await manager.get("/v1/completed-courses?unit=01"), 403, "unit_not_granted")


class TestRelapse:
    async def test_it_is_read_off_a_determination_after_the_course(self, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager)
        await posted_episode(manager, person_id, modality="facility", **COMPLETED)

        async def relapsed_on() -> Any:  # noqa: ANN401 - a day or nothing
            (course,) = body_of(await manager.get(f"/v1/persons/{person_id}/completed-courses"))["items"]
            return course["relapsed_on"]

        for day, result in (("2023-01-20", "addicted"), ("2024-02-01", "addicted"), ("2024-05-01", "not_addicted")):
            finding = {"id": str(uuid4()), "determined_on": day, "result": result}
            await created(manager, f"/v1/persons/{person_id}/determinations", finding)
            assert await relapsed_on() is None

        for day in ("2024-09-01", "2024-08-01"):
            finding = {"id": str(uuid4()), "determined_on": day, "result": "addicted"}
            await created(manager, f"/v1/persons/{person_id}/determinations", finding)
        assert await relapsed_on() == "2024-08-01"

    async def test_of_somebody_out_of_reach_nothing_is_told(self, manager: httpx.AsyncClient) -> None:
        refused(await manager.get(f"/v1/persons/{uuid4()}/completed-courses"), 404, "not_found")


@pytest.fixture(scope="module")
async def taught(manager: httpx.AsyncClient) -> None:
    """Four under a measure from March to September 2026: in the community, with substitutes, in a facility, nowhere."""
    begun = {"registered_on": "2026-04-01", "started_on": "2026-04-01"}
    for name, modality in (("Võ An", "community"), ("Võ Ba", "methadone"), ("Võ Cam", "facility"), ("Võ Dần", None)):
        person_id = await a_person(manager, name)
        await created(manager, f"/v1/persons/{person_id}/education-measures", an_education_measure())
        if modality is not None:
            await posted_episode(manager, person_id, modality=modality, **begun)
        if modality == "community":
            await posted_episode(manager, person_id, modality="methadone", **begun)


@pytest.mark.usefixtures("taught")
class TestEducationMeasures:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            pytest.param("&on=2026-05-01", ["Võ An", "Võ Ba", "Võ Cam", "Võ Dần"], id="all, each once"),
            pytest.param("&on=2026-05-01&covered=true", ["Võ An", "Võ Ba"], id="covered"),
            pytest.param("&on=2026-05-01&covered=false", ["Võ Cam", "Võ Dần"], id="not covered"),
            pytest.param("&on=2026-03-31&covered=true", [], id="before the treatment began"),
            pytest.param("&on=2026-09-01", [], id="after the term"),
            pytest.param("", [], id="today"),
        ],
    )
    async def test_across_people(self, manager: httpx.AsyncClient, query: str, expected: list[str]) -> None:
        assert names(await pages(manager, MEASURES + query)) == expected
        assert names(await pages(manager, f"{MEASURES}{query}&limit=1")) == expected

    async def test_a_line_is_the_record_with_the_person_and_the_treatment(self, manager: httpx.AsyncClient) -> None:
        line = next(iter(await pages(manager, f"{MEASURES}&on=2026-05-01&covered=true&limit=1")))
        owner = f"/v1/persons/{line['person_id']}"

        record = body_of(await manager.get(f"{owner}/education-measures/{line['id']}"))
        treatment = body_of(await manager.get(f"{owner}/episodes/{line['treatment']['id']}"))

        brief = {"id": line["person_id"], "full_name": "Võ An", "birth_year": 1990}
        assert line == record | {"person": brief, "treatment": treatment}


@pytest.mark.usefixtures("completers")
class TestTerms:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            pytest.param("", ["Lê Ân"], id="all"),
            pytest.param("&on=2024-01-31", [], id="the day before the first"),
            pytest.param("&on=2024-02-01&status=open", ["Lê Ân"], id="the first day"),
            pytest.param("&status=ended", [], id="ended"),
            pytest.param("&place=residence", ["Lê Ân"], id="by place"),
            pytest.param("&place=facility", [], id="at the other place"),
        ],
    )
    async def test_across_people(self, manager: httpx.AsyncClient, query: str, expected: list[str]) -> None:
        assert names(await pages(manager, f"/v1/aftercares?unit=22045{query}")) == expected

    async def test_one_that_was_ended_is_ended_from_that_day_on(
        self, manager: httpx.AsyncClient, completers: dict[str, str]
    ) -> None:
        (line,) = await pages(manager, "/v1/aftercares?unit=22045")
        address = f"/v1/persons/{completers['Lê Ân']}/aftercares/{line['id']}"
        ended = {"ended_on": "2025-01-15", "outcome": "moved_away"}
        assert (await corrected(manager, address, ended)).status_code == 200

        assert names(await pages(manager, "/v1/aftercares?unit=22045&status=open&on=2025-01-14")) == ["Lê Ân"]
        assert names(await pages(manager, "/v1/aftercares?unit=22045&status=ended&on=2025-01-15")) == ["Lê Ân"]
        assert names(await pages(manager, "/v1/aftercares?unit=22045&status=open")) == []

    async def test_another_commune_s_officer_is_refused(self, sign_in: SignIn) -> None:
        elsewhere = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))
        refused(await elsewhere.get("/v1/aftercares?unit=22045"), 403, "unit_not_granted")
