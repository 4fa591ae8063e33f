"""The card of a commune on any day, from the statements of the annual report."""

from typing import Any

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import (
    a_club,
    a_count,
    a_point,
    a_population,
    a_status,
    a_team,
    an_aftercare,
    an_education_measure,
)
from tests.factories.posted import (
    body_of,
    created,
    posted_episode,
    posted_file,
    posted_organisation,
    posted_person,
    refused,
)

UNIT = "22045"


async def card(client: httpx.AsyncClient, **asked: str) -> dict[str, Any]:
    answer = await client.get("/v1/reports/commune-card", params={"unit": UNIT, **asked})
    assert answer.status_code == 200, answer.text
    return body_of(answer)


def values(found: dict[str, Any]) -> dict[str, Any]:
    return {figure["code"]: figure["value"] for figure in found["figures"] if figure["value"]}


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.COMMUNE_OFFICER, unit=(UNIT, TODAY))


@pytest.fixture(scope="module")
async def commune(manager: httpx.AsyncClient) -> None:
    """A commune of the first half of 2024, in which everything is there once, and something ends."""

    async def somebody() -> str:
        return await posted_person(manager, unit_code=UNIT, birth_date="1990-05-01", birth_year=1990)

    on_file = await somebody()
    await posted_file(manager, on_file, category="addicted", opened_on="2024-01-10")
    await posted_file(
        manager, await somebody(), opened_on="2024-02-01", closed_on="2024-03-01", close_reason="term_ended"
    )
    begun = {"registered_on": "2024-02-01", "started_on": "2024-02-01"}
    await posted_episode(manager, on_file, modality="community", **begun)
    await posted_episode(manager, await somebody(), modality="methadone", **begun)
    measure = an_education_measure(from_on="2024-02-10", to_on="2024-05-10", decision_on="2024-02-09")
    await created(manager, f"/v1/persons/{on_file}/education-measures", measure)
    completer = await somebody()
    ended = {"registered_on": "2023-01-15", "started_on": "2023-01-15", "ended_on": "2024-01-15"}
    course = await posted_episode(manager, completer, modality="facility", outcome="completed", **ended)
    term = an_aftercare(course_id=course["course_id"], from_on="2024-01-15", decision_on="2024-01-20")
    await created(manager, f"/v1/persons/{completer}/aftercares", term)
    await created(manager, "/v1/suspected-counts", a_count(unit_code=UNIT, counted_on="2024-01-31", count=4))
    await created(
        manager, "/v1/commune-statuses", a_status(unit_code=UNIT, from_on="2024-03-01", status="hotspot_type_3")
    )
    await created(manager, "/v1/commune-populations", a_population(unit_code=UNIT, year=2023, population=5000))
    await posted_organisation(manager, unit_code=UNIT, opened_on="2020-06-26", closed_on="2024-02-28")


@pytest.mark.usefixtures("commune")
class TestCard:
    async def test_everything_of_a_day(self, officer: httpx.AsyncClient) -> None:
        found = await card(officer, on="2024-02-20")

        assert found["unit"] == {"code": UNIT, "name": "Xã Bình Kiến", "level": "commune", "on": "2024-02-20"}
        assert values(found) == {
            "persons_on_file": 2,
            "addicted_persons": 1,
            "illegal_users": 1,
            "suspected_people": 4,
            "rehab_persons_community": 1,
            "methadone_patients": 1,
            "aftercare_persons": 1,
            "aftercare_coverage_pct": 100.0,
            "education_measure_persons": 1,
            "education_measure_covered": 1,
            "education_measure_covered_pct": 100.0,
        }
        assert found["population"] == {"year": 2023, "value": 5000, "status": "exact", "on_file_per_10000": 4.0}
        assert found["statuses"] == []
        assert found["network"] == [
            {"kind": kind, "value": 0, "status": "exact", "organisations": []}
            for kind in ("counselling_point", "aftercare_club", "volunteer_team")
        ]

    async def test_another_day_is_another_card(self, officer: httpx.AsyncClient) -> None:
        later = await card(officer, on="2024-06-01")
        assert values(later) == {
            "persons_on_file": 1,
            "addicted_persons": 1,
            "suspected_people": 4,
            "rehab_persons_community": 1,
            "methadone_patients": 1,
            "aftercare_persons": 1,
            "aftercare_coverage_pct": 100.0,
        }
        assert later["statuses"] == ["hotspot_type_3"]

        before = await card(officer, on="2022-12-31")
        assert values(before) == {}
        assert before["population"] == {"year": None, "value": None, "status": "unknown", "on_file_per_10000": None}
        unknown = {figure["code"] for figure in before["figures"] if figure["status"] == "unknown"}
        assert unknown == {"suspected_people", "aftercare_coverage_pct", "education_measure_covered_pct"}

    async def test_it_agrees_with_the_annual_report_of_the_last_day(self, manager: httpx.AsyncClient) -> None:
        figures = values(await card(manager, on="2024-12-31"))
        report = body_of(await manager.get("/v1/reports/annual", params={"unit": UNIT, "year": 2024}))
        annual = {figure["code"]: figure["value"] for figure in report["figures"]}

        assert figures.items() <= annual.items()

    async def test_what_is_at_work_is_named_and_counted(self, officer: httpx.AsyncClient) -> None:
        named = {}
        for collection, body in (("counselling-points", a_point()), ("clubs", a_club()), ("volunteer-teams", a_team())):
            there = {"unit_code": UNIT, "opened_on": "2025-01-16", "closed_on": None, "name": f"Nơi {collection}"}
            named[collection] = (await created(officer, f"/v1/{collection}", body | there))["id"]

        before, since = [(await card(officer, on=day))["network"] for day in ("2025-01-15", "2025-01-16")]

        assert [(each["value"], each["organisations"]) for each in before] == [(0, [])] * 3
        assert [(each["value"], each["organisations"]) for each in since] == [
            (1, [{"id": record_id, "name": f"Nơi {collection}"}]) for collection, record_id in named.items()
        ]


async def test_who_may_ask(officer: httpx.AsyncClient, sign_in: SignIn, anonymous: httpx.AsyncClient) -> None:
    address = "/v1/reports/commune-card?unit={}"
    analyst = await sign_in(Role.ANALYST)

    refused(await officer.get(address.format("22015")), 403, "unit_not_granted")
    refused(await analyst.get(address.format(UNIT)), 403, "exact_figures_not_granted")
    refused(await anonymous.get(address.format(UNIT)), 401, "unauthenticated")
    refused(await officer.get(f"{address.format(UNIT)}&on=2026-11-22"), 409, "date_in_future")
    refused(await officer.get(address.format("99999")), 404, "unit_unknown")
