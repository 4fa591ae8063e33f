"""How many clients of a counselling point live with HIV: one number a month, for health officers alone.

That nobody else's answers depend on one is in test_medical_results.py; the database's own wall, in
tests/db/test_medical_wall.py.
"""

from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_client_count, an_organisation
from tests.factories.counselling import Point, a_point_set_up
from tests.factories.posted import created, pages, refused
from tests.factories.trails import audited

COUNTS = "/v1/hiv-client-counts"


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


@pytest.fixture(scope="module")
async def doctor(sign_in: SignIn) -> httpx.AsyncClient:
    """A health officer of the commune."""
    return await sign_in(Role.HEALTH_OFFICER, unit=("22015", TODAY))


@pytest.fixture(scope="module")
async def point(officer: httpx.AsyncClient, sign_in: SignIn) -> Point:
    return await a_point_set_up(officer, sign_in, closed_on="2026-03-31")


def counted(point: Point, year: int, month: int, **over: int) -> Body:
    return a_client_count(counselling_point_id=point.id, year=year, month=month, **over)


async def test_one_number_per_point_and_month(doctor: httpx.AsyncClient, point: Point) -> None:
    first = await created(doctor, COUNTS, counted(point, 2020, 6))

    refused(await doctor.post(COUNTS, json=counted(point, 2020, 6)), 409, "hiv_clients_already_counted")
    assert (await doctor.post(f"{COUNTS}/{first['id']}/void", json={"reason": "Nhầm tháng"})).status_code == 200
    await created(doctor, COUNTS, counted(point, 2020, 6))
    await created(doctor, COUNTS, counted(point, 2020, 7))


@pytest.mark.parametrize(
    ("year", "month", "code"),
    [
        pytest.param(2026, 12, "date_in_future", id="a month to come"),
        pytest.param(2020, 5, "dates_out_of_order", id="before the point opened"),
        pytest.param(2026, 4, "dates_out_of_order", id="after it closed"),
    ],
)
async def test_a_month_in_which_the_point_is_not_at_work(
    doctor: httpx.AsyncClient, point: Point, year: int, month: int, code: str
) -> None:
    refused(await doctor.post(COUNTS, json=counted(point, year, month)), 409, code, "/month")


async def test_a_count_is_of_a_counselling_point_within_reach(
    doctor: httpx.AsyncClient, officer: httpx.AsyncClient, sign_in: SignIn, point: Point
) -> None:
    clinic = (await created(officer, "/v1/organisations", an_organisation()))["id"]
    stranger = await sign_in(Role.HEALTH_OFFICER, unit=("01", TODAY))

    for named in (clinic, str(uuid4())):
        body = a_client_count(counselling_point_id=named)
        refused(await doctor.post(COUNTS, json=body), 409, "organisation_unknown", "/counselling_point_id")
    refused(await stranger.post(COUNTS, json=counted(point, 2020, 9)), 403, "unit_not_granted")


async def test_the_list_is_of_a_point_and_a_year_and_audited_as_medical(
    app: FastAPI, doctor: httpx.AsyncClient, officer: httpx.AsyncClient, sign_in: SignIn
) -> None:
    point = await a_point_set_up(officer, sign_in)
    months = ((2020, 12), (2021, 1), (2021, 2))
    for year, month in months:
        await created(doctor, COUNTS, counted(point, year, month))

    async def listed(query: str) -> list[tuple[int, int]]:
        items = await pages(doctor, f"{COUNTS}?counselling_point_id={point.id}&limit=1{query}")
        return [(each["year"], each["month"]) for each in items]

    assert await listed("") == list(months)
    assert await listed("&year=2021") == list(months[1:])
    (row,) = await audited(app, await doctor.get(COUNTS))
    assert (row["entity"], row["field_groups"], row["person_ids"]) == ("hiv_client_count", ["medical"], [])


async def test_neither_the_point_nor_who_answers_for_the_province_sees_one(
    officer: httpx.AsyncClient, point: Point
) -> None:
    for caller in (officer, point.staff):
        refused(await caller.get(COUNTS), 403, "insufficient_scope")
        refused(await caller.post(COUNTS, json=counted(point, 2020, 8)), 403, "insufficient_scope")
