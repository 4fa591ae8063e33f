"""Who works in the network, and how a counselling point is staffed beside the norm."""

from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue
from sqlmodel import col, select

from registry.db.engine import transaction
from registry.db.tables.trail import AuditEventRow
from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_point, a_worker, an_appointment
from tests.factories.posted import body_of, corrected, created, pages, refused

POINTS, WORKERS, APPOINTMENTS = "/v1/counselling-points", "/v1/network-workers", "/v1/appointments"
TRAININGS = "/v1/worker-trainings"
FULL = {"head": (1, 1), "counsellor": (2, 2), "case_manager": (2, 2)}


@pytest.fixture
async def point(officer: httpx.AsyncClient) -> str:
    """A new point; its id."""
    return str((await created(officer, POINTS, a_point()))["id"])


async def appointed(client: httpx.AsyncClient, point: str, role: str, **over: JsonValue) -> Body:
    """Appoint somebody new."""
    worker = await created(client, WORKERS, a_worker())
    fields: dict[str, JsonValue] = {"organisation_id": point, "role": role, "to_on": None}
    return await created(client, APPOINTMENTS, an_appointment(worker_id=worker["id"], **fields | over))


async def staffed(client: httpx.AsyncClient, point: str, on: str) -> Body:
    return body_of(await client.get(f"{POINTS}/{point}/staffing?on={on}"))


def roles_of(staffing: Body) -> dict[str, tuple[int, int]]:
    return {each["role"]: (each["required_count"], each["appointed_count"]) for each in staffing["roles"]}


class TestStaffing:
    async def test_a_point_with_five_has_what_the_norm_asks_for(self, officer: httpx.AsyncClient, point: str) -> None:
        for role in ("head", "counsellor", "counsellor", "case_manager", "case_manager"):
            await appointed(officer, point, role, time="full_time" if role == "counsellor" else "part_time")

        staffing = await staffed(officer, point, "2020-09-21")

        assert roles_of(staffing) == FULL
        assert (staffing["required_count"], staffing["appointed_count"], staffing["is_below_norm"]) == (5, 5, False)
        assert {each["role"]: each["full_time_count"] for each in staffing["roles"]}["counsellor"] == 2
        assert staffing["source"]

    async def test_one_below_is_shown_and_opens_all_the_same(self, officer: httpx.AsyncClient, point: str) -> None:
        await appointed(officer, point, "head", to_on="2020-09-01")
        await appointed(officer, point, "counsellor", from_on="2020-09-01")

        before, after = [await staffed(officer, point, on) for on in ("2020-08-31", "2020-09-01")]

        assert roles_of(before) == {"head": (1, 1), "counsellor": (2, 0), "case_manager": (2, 0)}
        assert roles_of(after) == {"head": (1, 0), "counsellor": (2, 1), "case_manager": (2, 0)}
        assert after["is_below_norm"]

    async def test_voided_appointments_do_not_count(self, officer: httpx.AsyncClient, point: str) -> None:
        appointment = await appointed(officer, point, "head")

        await officer.post(f"{APPOINTMENTS}/{appointment['id']}/void", json={"reason": "Entered twice."})

        assert (await staffed(officer, point, "2020-09-01"))["appointed_count"] == 0

    async def test_elsewhere_is_nowhere(self, stranger: httpx.AsyncClient, point: str) -> None:
        refused(await stranger.get(f"{POINTS}/{point}/staffing"), 404, "not_found")


class TestAppointments:
    async def test_one_open_in_a_role_of_a_worker_at_an_organisation(
        self, officer: httpx.AsyncClient, point: str
    ) -> None:
        first = await appointed(officer, point, "head")
        same: dict[str, JsonValue] = {"worker_id": first["worker_id"], "organisation_id": point, "to_on": None}

        refused(await officer.post(APPOINTMENTS, json=an_appointment(**same)), 409, "appointment_already_open")
        await created(officer, APPOINTMENTS, an_appointment(**same, role="counsellor"))
        await corrected(officer, f"{APPOINTMENTS}/{first['id']}", {"to_on": "2021-01-01"})
        await created(officer, APPOINTMENTS, an_appointment(**same))

    async def test_of_nobody_or_at_no_point_or_backwards_is_refused(
        self, officer: httpx.AsyncClient, manager: httpx.AsyncClient, point: str
    ) -> None:
        worker = await created(manager, WORKERS, a_worker(unit_code="22258"))
        refusals: tuple[tuple[dict[str, JsonValue], int, str, str], ...] = (
            ({"worker_id": worker["id"]}, 409, "named_record_unknown", "/worker_id"),
            ({"organisation_id": worker["id"]}, 409, "organisation_unknown", "/organisation_id"),
            ({"from_on": "2021-01-02"}, 409, "dates_out_of_order", "/to_on"),
        )
        for over, status, code, pointer in refusals:
            body = an_appointment(**{"organisation_id": point, **over})
            refused(await officer.post(APPOINTMENTS, json=body), status, code, pointer)

    async def test_at_a_point_of_another_commune_is_refused(
        self, officer: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        there = await created(manager, POINTS, a_point(unit_code="22258"))

        answer = await officer.post(APPOINTMENTS, json=an_appointment(organisation_id=there["id"]))

        refused(answer, 403, "unit_not_granted", "/organisation_id")


class TestWorkers:
    async def test_are_listed_by_where_they_work(
        self, app: FastAPI, officer: httpx.AsyncClient, stranger: httpx.AsyncClient, point: str
    ) -> None:
        there = await appointed(officer, point, "head")
        kept = await created(officer, WORKERS, a_worker(unit_code=None, organisation_id=point, full_name="Ân"))

        answer = await officer.get(f"{WORKERS}?organisation_id={point}")

        assert [each["id"] for each in body_of(answer)["items"]] == [kept["id"], there["worker_id"]]
        assert await pages(stranger, f"{WORKERS}?organisation_id={point}") == []
        request_id = UUID(answer.headers["x-request-id"])
        async with transaction(app.state.sessions) as session:
            query = select(AuditEventRow.entity).where(col(AuditEventRow.request_id) == request_id)
            assert (await session.exec(query)).all() == ["network_worker"]

    async def test_no_search_for_people_finds_one(self, manager: httpx.AsyncClient) -> None:
        await created(manager, WORKERS, a_worker(full_name="Trần Thị Chỉ Làm Việc"))

        found = await manager.post("/v1/persons/search", json={"name": "Trần Thị Chỉ Làm Việc"})

        assert body_of(found)["items"] == []

    @pytest.mark.parametrize("unit_code", ["22015", None])
    async def test_one_place_keeps_the_entry(
        self, officer: httpx.AsyncClient, point: str, unit_code: str | None
    ) -> None:
        body = a_worker(unit_code=unit_code, organisation_id=None if unit_code is None else point)

        refused(await officer.post(WORKERS, json=body), 409, "worker_kept_by_one", "/unit_code")

    async def test_one_with_appointments_is_not_voided(self, officer: httpx.AsyncClient, point: str) -> None:
        address = f"{WORKERS}/{(await appointed(officer, point, 'head'))['worker_id']}"

        refused(await officer.post(f"{address}/void", json={"reason": "Entered twice."}), 409, "worker_appointed")


async def test_the_point_s_own_officer_keeps_its_staff_and_sees_no_other_s(
    sign_in: SignIn, officer: httpx.AsyncClient, point: str
) -> None:
    other = str((await created(officer, POINTS, a_point()))["id"])
    await appointed(officer, other, "head")
    head = await appointed(officer, point, "head")
    counsellor = await sign_in(Role.NETWORK_OFFICER, organisation=UUID(point))

    own = await created(counsellor, WORKERS, a_worker(unit_code=None, organisation_id=point))
    appointment = an_appointment(worker_id=own["id"], organisation_id=point, role="counsellor", to_on=None)
    mine = await created(counsellor, APPOINTMENTS, appointment)
    training = {"worker_id": own["id"], "topic": "Tư vấn", "from_on": "2020-07-06", "to_on": "2020-07-08"}
    await created(counsellor, TRAININGS, {"id": mine["id"], **training})

    assert {each["id"] for each in await pages(counsellor, WORKERS)} == {own["id"], head["worker_id"]}
    assert {each["id"] for each in await pages(counsellor, APPOINTMENTS)} == {head["id"], mine["id"]}
    assert [each["topic"] for each in await pages(officer, f"{TRAININGS}?worker_id={own['id']}")] == ["Tư vấn"]
    elsewhere = an_appointment(worker_id=own["id"], organisation_id=other)
    refused(await counsellor.post(APPOINTMENTS, json=elsewhere), 403, "organisation_not_granted", "/organisation_id")


async def test_an_analyst_counts_workers_and_learns_of_none(
    sign_in: SignIn, officer: httpx.AsyncClient, point: str
) -> None:
    appointment = await appointed(officer, point, "head")
    analyst = await sign_in(Role.ANALYST)

    assert (await staffed(analyst, point, "2020-09-21"))["roles"] == (await staffed(officer, point, "2020-09-21"))[
        "roles"
    ]
    worker, appointment_path = f"{WORKERS}/{appointment['worker_id']}", f"{APPOINTMENTS}/{appointment['id']}"
    for address in (WORKERS, worker, f"{worker}/versions", APPOINTMENTS, appointment_path, TRAININGS):
        refused(await analyst.get(address), 403, "insufficient_scope")
