"""Requests that wait: in the worklist by the day they are due, and in the inbox of the commune."""

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.api.subject_requests.asking import GRANTED, asked
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body
from tests.factories.posted import corrected, pages, refused
from tests.factories.posted import posted_person as a_posted_person
from tests.factories.trails import audited


class TestWorklist:
    async def test_open_requests_stand_by_the_day_they_are_due(self, sign_in: SignIn) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22090", TODAY.replace(year=2020)))
        person = f"/v1/persons/{await a_posted_person(officer, unit_code='22090', full_name='Trần Văn Hỏi')}"
        late = await asked(officer, person, received_on="2026-11-17")
        new = await asked(officer, person, received_on="2026-11-20")
        answered = await asked(officer, person, received_on="2026-11-16")
        await officer.post(f"{answered}/answer", json=GRANTED)

        everything = await pages(officer, "/v1/subject-requests?unit=22090&limit=1")
        overdue = await pages(officer, "/v1/subject-requests?unit=22090&clock=overdue")
        running = await pages(officer, "/v1/subject-requests?unit=22090&clock=running")

        assert [f"{person}/subject-requests/{item['id']}" for item in everything] == [late, new]
        assert [item["clock"] for item in everything] == ["overdue", "running"]
        assert everything[0]["person"]["full_name"] == "Trần Văn Hỏi"
        assert (overdue, running) == (everything[:1], everything[1:])

    async def test_those_of_another_province_are_not_there(self, manager: httpx.AsyncClient, sign_in: SignIn) -> None:
        person = f"/v1/persons/{await a_posted_person(manager)}"
        await asked(manager, person)
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))

        assert await pages(stranger, "/v1/subject-requests") == []
        assert len(await pages(manager, "/v1/subject-requests")) > 0


class TestTasks:
    @pytest.fixture
    async def officer(self, sign_in: SignIn) -> httpx.AsyncClient:
        return await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))

    async def waiting(self, client: httpx.AsyncClient, address: str, state: str = "open") -> list[Body]:
        request_id = address.rpartition("/")[2]
        return [task for task in await pages(client, f"/v1/tasks?state={state}") if task["record_id"] == request_id]

    async def test_a_request_waits_in_the_inbox_of_the_commune(
        self, manager: httpx.AsyncClient, officer: httpx.AsyncClient, person: str
    ) -> None:
        (task,) = await self.waiting(officer, await asked(manager, person))

        assert (task["kind"], task["role"], task["decisions"]) == ("subject_request_due", "commune_officer", [])
        assert task["due_at"] == "2026-11-23T17:00:00Z"  # the end of the 23rd in Viet Nam
        assert f"/v1/persons/{task['person_id']}" == person

    async def test_answering_the_request_does_the_task(self, officer: httpx.AsyncClient, person: str) -> None:
        address = await asked(officer, person)

        await officer.post(f"{address}/answer", json=GRANTED)

        assert await self.waiting(officer, address) == []
        assert [task["kind"] for task in await self.waiting(officer, address, "done")] == ["subject_request_due"]

    @pytest.mark.parametrize(
        ("step", "body"), [("withdraw", {"withdrawn_on": "2026-11-20"}), ("void", {"reason": "Entered twice."})]
    )
    async def test_what_is_over_waits_no_more(
        self, app: FastAPI, officer: httpx.AsyncClient, person: str, step: str, body: Body
    ) -> None:
        address = await asked(officer, person)

        answer = await officer.post(f"{address}/{step}", json=body)

        assert await self.waiting(officer, address) == []
        (task,) = await self.waiting(officer, address, "cancelled")
        assert task["id"] in [str(row["record_id"]) for row in await audited(app, answer) if row["entity"] == "task"]

    async def test_a_corrected_clock_moves_the_task(self, officer: httpx.AsyncClient, person: str) -> None:
        address = await asked(officer, person)

        await corrected(officer, address, {"received_on": "2026-11-17"})
        await corrected(officer, address, {"channel": "phone"})

        assert [task["due_at"] for task in await self.waiting(officer, address)] == ["2026-11-19T17:00:00Z"]
        assert len(await self.waiting(officer, address, "cancelled")) == 1

    async def test_nobody_settles_it_by_hand(self, officer: httpx.AsyncClient, person: str) -> None:
        (task,) = await self.waiting(officer, await asked(officer, person))

        refused(
            await officer.post(f"/v1/tasks/{task['id']}/settle", json={"decision": "done"}), 409, "decision_not_allowed"
        )
