"""Workers whom an office keeps, at the organisation that has appointed them: it names them and reads who they are."""

from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue

from registry.api.kinds.counselling import SESSIONS
from registry.db.context import DatabaseRole
from registry.domain.access import OrganisationScope, Role
from tests.conftest import SignIn
from tests.db.wall import acting, count, rows
from tests.factories.bodies import Body, a_point, a_record, a_worker, an_accompaniment, an_appointment
from tests.factories.posted import body_of, corrected, created, pages, posted_person, refused

WORKERS, APPOINTMENTS, TRAININGS = "/v1/network-workers", "/v1/appointments", "/v1/worker-trainings"
LEARNT: Body = {"topic": "Tư vấn", "from_on": "2020-07-06", "to_on": "2020-07-08"}


@pytest.fixture
async def point(officer: httpx.AsyncClient) -> str:
    """A new point; its id."""
    return str((await created(officer, "/v1/counselling-points", a_point()))["id"])


@pytest.fixture
async def head(sign_in: SignIn, point: str) -> httpx.AsyncClient:
    """The officer of the point."""
    return await sign_in(Role.NETWORK_OFFICER, organisation=UUID(point))


@pytest.fixture
async def appointment(officer: httpx.AsyncClient, point: str) -> Body:
    """The appointment, which is over, of a volunteer whom the commune's office keeps."""
    worker = await created(officer, WORKERS, a_worker(contact="0000 111 222"))
    fields: dict[str, JsonValue] = {"worker_id": worker["id"], "organisation_id": point, "role": "volunteer"}
    return await created(officer, APPOINTMENTS, an_appointment(**fields))


@pytest.fixture
async def unknown(officer: httpx.AsyncClient) -> str:
    """A worker of the same commune who was never appointed at the point."""
    return str((await created(officer, WORKERS, a_worker()))["id"])


class TestReading:
    async def test_who_is_or_was_appointed_is_read_and_nobody_else(
        self, head: httpx.AsyncClient, appointment: Body, unknown: str, point: str
    ) -> None:
        worker = body_of(await head.get(f"{WORKERS}/{appointment['worker_id']}"))

        assert (worker["full_name"], worker["contact"]) == ("Nguyễn Thị Mẫu", "0000 111 222")
        for within in ("", f"?organisation_id={point}"):
            assert [each["id"] for each in await pages(head, f"{WORKERS}{within}")] == [worker["id"]]
        refused(await head.get(f"{WORKERS}/{unknown}"), 404, "not_found")

    async def test_an_appointment_that_was_entered_in_error_shows_nobody(
        self, officer: httpx.AsyncClient, head: httpx.AsyncClient, appointment: Body
    ) -> None:
        await officer.post(f"{APPOINTMENTS}/{appointment['id']}/void", json={"reason": "Entered twice."})

        refused(await head.get(f"{WORKERS}/{appointment['worker_id']}"), 404, "not_found")
        assert await pages(head, WORKERS) == []

    async def test_another_organisation_sees_none_of_them(
        self, sign_in: SignIn, officer: httpx.AsyncClient, appointment: Body
    ) -> None:
        other = await created(officer, "/v1/counselling-points", a_point())
        elsewhere = await sign_in(Role.NETWORK_OFFICER, organisation=UUID(str(other["id"])))

        refused(await elsewhere.get(f"{WORKERS}/{appointment['worker_id']}"), 404, "not_found")

    async def test_former_states_go_with_the_entry(
        self, officer: httpx.AsyncClient, head: httpx.AsyncClient, appointment: Body
    ) -> None:
        address = f"{WORKERS}/{appointment['worker_id']}"
        await corrected(officer, address, {"position": "Bí thư chi đoàn"})

        versions = body_of(await head.get(f"{address}/versions"))["items"]

        assert [each["state"]["position"] for each in versions] == ["Phó Chủ tịch UBND phường"]


class TestWriting:
    @pytest.mark.parametrize("is_known", [True, False])
    async def test_those_appointed_are_named_in_what_the_team_records(
        self, officer: httpx.AsyncClient, head: httpx.AsyncClient, appointment: Body, unknown: str, *, is_known: bool
    ) -> None:
        """The point reaches the person through an accompaniment that the commune has recorded."""
        point, worker_id = str(appointment["organisation_id"]), appointment["worker_id"] if is_known else unknown
        person = f"/v1/persons/{await posted_person(officer)}/accompaniments"
        await created(officer, person, an_accompaniment(organisation_id=point, worker_id=unknown))

        accompaniment = an_accompaniment(organisation_id=point, worker_id=worker_id)
        session = a_record(
            SESSIONS, organisation_id=point, speaker_id=None, counsellor_id=worker_id, held_on="2020-09-01"
        )
        role = an_appointment(organisation_id=point, worker_id=worker_id, role="deputy")
        for address, body, pointer in (
            (person, accompaniment, "/worker_id"),
            ("/v1/sessions", session, "/counsellor_id"),
            (APPOINTMENTS, role, "/worker_id"),
        ):
            answer = await head.post(address, json=body)
            if is_known:
                assert answer.status_code == 201, answer.text
            else:
                refused(answer, 409, "named_record_unknown", pointer)

    async def test_the_entry_and_what_they_have_learnt_stay_the_office_s(
        self, officer: httpx.AsyncClient, head: httpx.AsyncClient, appointment: Body
    ) -> None:
        worker_id = appointment["worker_id"]
        training = await created(officer, TRAININGS, {"id": appointment["id"], "worker_id": worker_id, **LEARNT})
        for address, patch in (
            (f"{WORKERS}/{worker_id}", {"position": "Đội trưởng"}),
            (f"{WORKERS}/{worker_id}", {"unit_code": None, "organisation_id": appointment["organisation_id"]}),
            (f"{TRAININGS}/{training['id']}", {"hours": 8}),
        ):
            refused(await corrected(head, address, patch), 403, "organisation_not_granted")
            void = await head.post(f"{address}/void", json={"reason": "Entered twice."}, headers={"If-Match": '"1"'})
            refused(void, 403, "organisation_not_granted")
        body = {"id": worker_id, "worker_id": worker_id, **LEARNT}
        refused(await head.post(TRAININGS, json=body), 403, "organisation_not_granted", "/worker_id")


class TestTrainings:
    async def test_those_of_a_team_are_listed_whoever_keeps_the_workers(
        self, officer: httpx.AsyncClient, head: httpx.AsyncClient, point: str, appointment: Body, unknown: str
    ) -> None:
        kept = await created(head, WORKERS, a_worker(unit_code=None, organisation_id=point))
        learnt = [
            await created(officer, TRAININGS, {"id": worker_id, "worker_id": worker_id, **LEARNT})
            for worker_id in (str(appointment["worker_id"]), str(kept["id"]), unknown)
        ]
        theirs = sorted(each["id"] for each in learnt[:2])

        for client in (officer, head):
            found = await pages(client, f"{TRAININGS}?organisation_id={point}")
            assert [each["id"] for each in found] == theirs
        one = await pages(officer, f"{TRAININGS}?organisation_id={point}&worker_id={kept['id']}")
        assert [each["id"] for each in one] == [kept["id"]]
        assert sorted(each["id"] for each in await pages(head, TRAININGS)) == theirs
        elsewhere = await created(officer, "/v1/counselling-points", a_point())
        assert await pages(officer, f"{TRAININGS}?organisation_id={elsewhere['id']}") == []


async def test_the_database_shows_them_to_be_read_and_not_to_be_taken(app: FastAPI, appointment: Body) -> None:
    scope = OrganisationScope((UUID(str(appointment["organisation_id"])),))
    theirs = f"id = '{appointment['worker_id']}'"

    async with acting(app.state.sessions, scope, DatabaseRole.ORGANISATIONS) as session:
        assert await count(session, "network_worker") == 1
        assert await count(session, "network_worker", theirs) == 1
        taken = await rows(session, f"UPDATE network_worker SET position = NULL WHERE {theirs} RETURNING 1")  # noqa: S608 - the test's own words
        assert taken == []
