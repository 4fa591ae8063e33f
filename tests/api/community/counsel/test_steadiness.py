"""A session stays where and when it was as long as anybody attended, whoever asks and however many ask at once."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from registry.api.kinds.counselling import SESSIONS
from registry.api.kinds.staffing import APPOINTMENTS, TRAININGS, WORKERS
from registry.db.engine import transaction
from registry.domain.access import Role
from tests.api.push.pushing import changing, push, statuses
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_record, a_worker, an_appointment
from tests.factories.counselling import SESSIONS as COLLECTION
from tests.factories.counselling import Point, a_point_set_up, attended, held
from tests.factories.locks import until_waiting
from tests.factories.moving import HERE, NEIGHBOUR, THERE, answered, asked
from tests.factories.posted import body_of, corrected, created, posted_person, refused

VOID = {"reason": "Entered twice."}
LONG_AGO = "2026-06-01"
"""Longer ago than a point reaches whom it has counselled."""


async def refuses_to_let_go(client: httpx.AsyncClient, session: Body) -> None:
    address = f"{COLLECTION}/{session['id']}"
    refused(await corrected(client, address, {"held_on": "2026-05-31"}), 409, "session_attended")
    refused(await client.post(f"{address}/void", json=VOID), 409, "session_attended")


class TestOutOfReach:
    async def test_a_session_stays_when_the_point_reaches_nobody_any_more(
        self, officer: httpx.AsyncClient, point: Point
    ) -> None:
        person = await posted_person(officer)
        session = await held(officer, point.id, person, held_on=LONG_AGO)
        address = f"{COLLECTION}/{session['id']}"
        (attendance,) = await attended(officer, person)
        refused(await point.staff.get(f"/v1/persons/{person}"), 404, "not_found")

        await refuses_to_let_go(point.staff, session)

        assert (await corrected(point.staff, address, {"other_count": 4})).status_code == 200
        gone = await officer.post(f"/v1/persons/{person}/attendances/{attendance['id']}/void", json=VOID)
        assert gone.status_code == 200
        assert (await point.staff.post(f"{address}/void", json=VOID)).status_code == 200

    async def test_a_session_stays_when_all_have_moved_away(
        self, officer: httpx.AsyncClient, sign_in: SignIn, point: Point
    ) -> None:
        receiver = await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY))
        person = await posted_person(officer)
        session = await held(officer, point.id, person, held_on=LONG_AGO)
        assert (await answered(receiver, await asked(officer, person))).status_code == 200
        assert await attended(receiver, person) != []

        await refuses_to_let_go(officer, session)


class TestAtOnce:
    @pytest.mark.parametrize("by_the_point", [False, True], ids=["by the commune", "by the point"])
    async def test_nobody_attends_what_is_being_voided(
        self, app: FastAPI, officer: httpx.AsyncClient, point: Point, *, by_the_point: bool
    ) -> None:
        person, session = await posted_person(officer), await held(officer, point.id)
        if by_the_point:
            await held(officer, point.id, person)
        client = point.staff if by_the_point else officer

        answer = await self.attend_meanwhile(app, client, person, session, "state = 'voided'")

        refused(answer, 409, "named_record_unknown", "/session_id")

    async def test_who_attends_what_is_being_corrected_attends_it_on_its_new_day(
        self, app: FastAPI, officer: httpx.AsyncClient, point: Point
    ) -> None:
        person, session = await posted_person(officer), await held(officer, point.id)

        answer = await self.attend_meanwhile(app, officer, person, session, "held_on = '2026-11-19'")

        assert body_of(answer)["held_on"] == "2026-11-19"

    async def attend_meanwhile(
        self, app: FastAPI, client: httpx.AsyncClient, person: str, session: Body, change: str
    ) -> httpx.Response:
        """Say that somebody attended a session while another request changes it."""
        body = {"id": str(uuid4()), "session_id": session["id"], "legal_basis": "consent"}
        changed = text(f"UPDATE counselling_session SET {change} WHERE id = :id")  # noqa: S608 - words of this module
        async with transaction(app.state.sessions) as other, transaction(app.state.sessions) as watch:
            await (await other.connection()).execute(changed, {"id": UUID(session["id"])})
            asking = asyncio.create_task(client.post(f"/v1/persons/{person}/attendances", json=body))
            await until_waiting(watch)
        return await asking


class TestPointOfAnotherCommune:
    """A point is placed in another commune: what it had recorded follows when it is next corrected."""

    async def test_its_officer_corrects_what_it_had_recorded(self, sign_in: SignIn) -> None:
        manager = await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))
        point = await a_point_set_up(manager, sign_in, unit_code=HERE)
        neighbour = await sign_in(Role.COMMUNE_OFFICER, unit=(NEIGHBOUR, TODAY))
        worker = await created(manager, "/v1/network-workers", a_worker(unit_code=None, organisation_id=point.id))
        named: Body = {"worker_id": worker["id"]}
        appointment = an_appointment(**named, organisation_id=point.id)
        await created(manager, "/v1/appointments", appointment)
        training = await created(manager, "/v1/worker-trainings", a_record(TRAININGS, **named))
        first, second = await held(manager, point.id), await held(manager, point.id)
        await corrected(manager, f"{COLLECTION}/{first['id']}", {"other_count": 1})
        moved = await corrected(manager, f"/v1/counselling-points/{point.id}", {"unit_code": NEIGHBOUR})
        assert moved.status_code == 200, moved.text

        answer = await corrected(point.staff, f"{COLLECTION}/{first['id']}", {"other_count": 2})
        results = await push(
            point.staff,
            changing(SESSIONS, second["id"], {"other_count": 2}),
            changing(WORKERS, worker["id"], {"position": "Trưởng điểm"}),
            changing(APPOINTMENTS, appointment["id"], {"time": "full_time"}),
            changing(TRAININGS, training["id"], {"hours": 16}),
        )

        assert answer.status_code == 200, answer.text
        assert statuses(results) == ["applied"] * 4, results
        former = body_of(await neighbour.get(f"{COLLECTION}/{first['id']}/versions"))["items"]
        assert [each["version"] for each in former] == [1, 2]
