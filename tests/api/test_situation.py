"""Decisions on communes and counts of suspected people."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_count, a_status
from tests.factories.posted import body_of, corrected, created, pages, refused


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    """The officer of Phường Phú Yên, which was Phường Phú Lâm and others."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=("22240", TODAY))


class TestStatuses:
    async def test_a_decision_is_answered_whole(self, manager: httpx.AsyncClient) -> None:
        body = {
            "id": str(uuid4()),
            "unit_code": "22018",
            "status": "hotspot_type_2",
            "from_on": "2020-01-01",
            "to_on": "2021-01-01",
            "decision_number": "05/QĐ-UBND",
            "decision_on": "2019-12-30",
            "issuer": "UBND tỉnh",
        }

        status = await created(manager, "/v1/commune-statuses", body)

        assert status == body | {
            "version": 1,
            "state": "active",
            "void_reason": None,
            "recorded_at": "2026-11-21T03:00:00Z",
            "warnings": [],
        }

    async def test_a_decision_may_take_effect_later_and_end_on_its_first_day(self, manager: httpx.AsyncClient) -> None:
        over = {"from_on": "2027-01-01", "to_on": "2027-01-01"}

        assert (await created(manager, "/v1/commune-statuses", a_status(**over))).items() >= over.items()

    async def test_a_decision_moves_within_reach_only(self, officer: httpx.AsyncClient) -> None:
        status = await created(officer, "/v1/commune-statuses", a_status(unit_code="22240"))

        answer = await corrected(officer, f"/v1/commune-statuses/{status['id']}", {"unit_code": "22015"})

        refused(answer, 403, "unit_not_granted", "/unit_code")


class TestCounts:
    async def test_a_count_is_answered_whole(self, manager: httpx.AsyncClient) -> None:
        body = {
            "id": str(uuid4()),
            "unit_code": "22018",
            "counted_on": "2020-06-26",
            "count": 3,
            "source": "Báo cáo quý II",
        }

        count = await created(manager, "/v1/suspected-counts", body)

        assert count == body | {
            "version": 1,
            "state": "active",
            "void_reason": None,
            "recorded_at": "2026-11-21T03:00:00Z",
            "warnings": [],
        }

    async def test_one_count_of_a_commune_and_a_day(self, manager: httpx.AsyncClient) -> None:
        over = {"counted_on": "2020-07-01"}
        first = await created(manager, "/v1/suspected-counts", a_count(**over))
        other_day = await created(manager, "/v1/suspected-counts", a_count(counted_on="2020-07-02"))

        again = await manager.post("/v1/suspected-counts", json=a_count(**over))
        moved = await corrected(manager, f"/v1/suspected-counts/{other_day['id']}", over)
        for answer in (again, moved):
            refused(answer, 409, "count_already_reported")

        await created(manager, "/v1/suspected-counts", a_count(**over, unit_code="22240"))
        await manager.post(f"/v1/suspected-counts/{first['id']}/void", json={"reason": "Wrong commune."})
        await created(manager, "/v1/suspected-counts", a_count(**over))

    async def test_of_two_at_once_one_is_kept(self, manager: httpx.AsyncClient) -> None:
        bodies = [a_count(counted_on="2020-08-01", count=number) for number in (3, 4)]

        answers = await asyncio.gather(*[manager.post("/v1/suspected-counts", json=body) for body in bodies])

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        refused(max(answers, key=lambda answer: answer.status_code), 409, "count_already_reported")

    @pytest.mark.parametrize("count", [-1, 100_001, 1.5, "3", True, None])
    async def test_what_is_no_number_of_people(self, manager: httpx.AsyncClient, count: object) -> None:
        answer = await manager.post("/v1/suspected-counts", json=a_count() | {"count": count})

        refused(answer, 422, "validation_failed", "/count")

    async def test_nobody_is_counted_tomorrow(self, manager: httpx.AsyncClient) -> None:
        answer = await manager.post("/v1/suspected-counts", json=a_count(counted_on="2026-11-22"))

        refused(answer, 409, "date_in_future", "/counted_on")


@pytest.mark.parametrize(
    ("path", "body", "dated"),
    [
        pytest.param("/v1/commune-statuses", a_status, "from_on", id="statuses"),
        pytest.param("/v1/suspected-counts", a_count, "counted_on", id="counts"),
    ],
)
class TestPlaces:
    @pytest.mark.parametrize(
        ("code", "day", "status", "refusal"),
        [
            pytest.param("22015", "2021-01-01", 403, "unit_not_granted", id="the commune beside it"),
            pytest.param("99999", "2021-01-01", 404, "unit_unknown", id="nowhere"),
            pytest.param("22018", "2026-01-01", 404, "unit_not_in_force", id="where nothing is any more"),
        ],
    )
    async def test_a_place_that_cannot_be_named(
        self,
        officer: httpx.AsyncClient,
        path: str,
        body: Any,  # noqa: ANN401 - a function of the factories
        dated: str,
        code: str,
        day: str,
        status: int,
        refusal: str,
    ) -> None:
        answer = await officer.post(path, json=body(unit_code=code) | {dated: day})

        refused(answer, status, refusal, "/unit_code")

    async def test_a_list_is_ordered_by_day_within_reach_without_voided_ones(
        self,
        manager: httpx.AsyncClient,
        sign_in: SignIn,
        path: str,
        body: Any,  # noqa: ANN401 - as above
        dated: str,
    ) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22045", TODAY))
        bodies: list[Body] = [body(unit_code="22045") | {dated: f"2022-0{month}-01"} for month in (5, 1, 4, 2, 3)]
        for each in bodies:
            await created(officer, path, each)
        voided = await created(officer, path, body(unit_code="22045") | {dated: "2022-06-01"})
        await officer.post(f"{path}/{voided['id']}/void", json={"reason": "Entered twice."})
        await created(manager, path, body(unit_code="22240") | {dated: "2022-03-15"})

        in_order = [each["id"] for each in sorted(bodies, key=lambda each: str(each[dated]))]
        for limit in (1, 2, 5, 500):
            assert [item["id"] for item in await pages(officer, f"{path}?limit={limit}")] == in_order
        assert [item["id"] for item in await pages(manager, f"{path}?unit=22045")] == in_order
        refused(await officer.get(f"{path}?unit=22240"), 403, "unit_not_granted")
        refused(await officer.get(f"{path}?unit=99999"), 404, "unit_unknown")

    async def test_who_may_not(
        self,
        anonymous: httpx.AsyncClient,
        sign_in: SignIn,
        path: str,
        body: Any,  # noqa: ANN401 - as above
        dated: str,
    ) -> None:
        health_officer = await sign_in(Role.HEALTH_OFFICER)

        refused(await anonymous.get(path), 401, "unauthenticated")
        refused(await health_officer.get(path), 403, "insufficient_scope")
        refused(await health_officer.post(path, json=body() | {dated: "2021-01-01"}), 403, "insufficient_scope")


async def test_what_is_no_person_s_is_no_person_s_to_read(manager: httpx.AsyncClient) -> None:
    """The lists hold no personal data: nothing of them names a person."""
    status = await created(manager, "/v1/commune-statuses", a_status())

    assert "person_id" not in body_of(await manager.get(f"/v1/commune-statuses/{status['id']}"))
