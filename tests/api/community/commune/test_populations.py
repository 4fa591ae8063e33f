"""How many people live in a commune in a year."""

import asyncio

import httpx

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import a_population
from tests.factories.posted import corrected, created, pages, refused

PATH = "/v1/commune-populations"


async def test_a_number_is_answered_whole(manager: httpx.AsyncClient) -> None:
    body = a_population(year=2019)

    number = await created(manager, PATH, body)

    assert number == body | {
        "version": 1,
        "state": "active",
        "void_reason": None,
        "recorded_at": "2026-11-21T03:00:00Z",
        "warnings": [],
    }


async def test_one_of_a_commune_and_a_year(manager: httpx.AsyncClient) -> None:
    over = {"year": 2018}
    first = await created(manager, PATH, a_population(**over))
    other_year = await created(manager, PATH, a_population(year=2017))

    answers = await asyncio.gather(*[manager.post(PATH, json=a_population(**over)) for _ in range(2)])
    moved = await corrected(manager, f"{PATH}/{other_year['id']}", over)
    for answer in (*answers, moved):
        refused(answer, 409, "population_already_reported")

    await created(manager, PATH, a_population(**over, unit_code="22018"))
    await manager.post(f"{PATH}/{first['id']}/void", json={"reason": "Wrong commune."})
    await created(manager, PATH, a_population(**over))


async def test_the_commune_is_that_of_the_years_end(manager: httpx.AsyncClient) -> None:
    """22018 ended on 2025-07-01."""
    refused(await manager.post(PATH, json=a_population(unit_code="22018", year=2025)), 404, "unit_not_in_force")
    await created(manager, PATH, a_population(unit_code="22018", year=2024))
    refused(await manager.post(PATH, json=a_population(year=2027)), 409, "date_in_future", "/year")


async def test_a_list_by_unit_and_year(manager: httpx.AsyncClient, sign_in: SignIn) -> None:
    officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22045", TODAY))
    bodies = [a_population(unit_code="22045", year=year) for year in (2020, 2021, 2022)]
    for body in reversed(bodies):
        await created(officer, PATH, body)
    ids = [body["id"] for body in bodies]

    assert [item["id"] for item in await pages(officer, f"{PATH}?limit=1")] == ids
    assert [item["id"] for item in await pages(officer, f"{PATH}?year=2021")] == ids[1:2]
    assert [item["id"] for item in await pages(manager, f"{PATH}?unit=22045")] == ids
    refused(await officer.get(f"{PATH}?unit=22240"), 403, "unit_not_granted")
