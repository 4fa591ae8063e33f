"""What becomes of an emergency access: the review, the notice, and the second officer for medical results."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.medical import MEDICAL_RESULTS
from registry.demo.issuer import ISSUER
from registry.domain.access import Role
from tests.api.emergency.conftest import HERE, THERE
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_fresh
from tests.factories.emergencies import ACCESSES, an_emergency, asked, later, under
from tests.factories.posted import body_of, created, pages, refused

HOUR = timedelta(hours=1)


async def task_of(client: httpx.AsyncClient, access: Body, kind: str) -> Body:
    """The one open task about an access in somebody's inbox."""
    (task,) = [
        task for task in await pages(client, f"/v1/tasks?kind={kind}&limit=500") if task["record_id"] == access["id"]
    ]
    return task


async def settled(client: httpx.AsyncClient, task: Body, decision: str) -> httpx.Response:
    return await client.post(f"/v1/tasks/{task['id']}/settle", json={"decision": decision})


@pytest.fixture(scope="module")
async def commune(sign_in: SignIn) -> httpx.AsyncClient:
    """An officer of the commune where the person is."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY))


class TestReview:
    async def test_the_commune_and_the_supervisor_have_it_in_their_inbox_at_once(
        self, officer: httpx.AsyncClient, elsewhere: httpx.AsyncClient, commune: httpx.AsyncClient, person: str
    ) -> None:
        access = await asked(officer, person_id=person)

        notice = await task_of(commune, access, "emergency_notice")
        review = await task_of(elsewhere, access, "emergency_review")

        assert (notice["person_id"], notice["opened_by"]) == (person, access["opened_by"])
        assert (review["decisions"], review["due_at"]) == (["approve", "decline"], "2026-11-24T03:00:00Z")
        assert (await settled(commune, notice, "acknowledge")).status_code == 200
        assert (await settled(elsewhere, review, "approve")).status_code == 200
        assert (await officer.get(f"/v1/persons/{person}", headers=under(access))).status_code == 200

    async def test_one_that_is_not_justified_ends_at_once(
        self, officer: httpx.AsyncClient, elsewhere: httpx.AsyncClient, person: str
    ) -> None:
        access = await asked(officer, person_id=person)

        assert (await settled(elsewhere, await task_of(elsewhere, access, "emergency_review"), "decline")).is_success

        answer = await officer.get(f"/v1/persons/{person}", headers=under(access))
        refused(answer, 403, "emergency_access_not_valid")
        shown = body_of(await officer.get(f"{ACCESSES}/{access['id']}"))
        assert (shown["state"], shown["version"]) == ("ended", 2)

    async def test_one_that_found_nobody_is_reviewed_by_the_officer_s_own_supervisor(
        self, officer: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        access = await asked(officer, document={"document_type": "cccd", "number": "001092000001"})

        assert (await settled(manager, await task_of(manager, access, "emergency_review"), "decline")).is_success
        assert body_of(await manager.get(f"{ACCESSES}/{access['id']}"))["state"] == "no_match"

    async def test_nobody_reviews_their_own(self, sign_in: SignIn, person: str) -> None:
        supervisor = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))
        access = await asked(supervisor, person_id=person)

        own = await settled(supervisor, await task_of(supervisor, access, "emergency_review"), "approve")

        refused(own, 403, "second_person_required")


class TestMedical:
    @pytest.fixture
    async def doctor(self, sign_in: SignIn) -> httpx.AsyncClient:
        return await sign_in(Role.HEALTH_OFFICER, unit=HERE)

    @pytest.fixture
    async def colleague(self, sign_in: SignIn) -> httpx.AsyncClient:
        """A health officer where the person is."""
        return await sign_in(Role.HEALTH_OFFICER, unit=("01", TODAY))

    async def test_is_for_health_officers(self, officer: httpx.AsyncClient, person: str) -> None:
        body = an_emergency(person_id=person, includes_medical=True)
        refused(await officer.post(ACCESSES, json=body), 403, "insufficient_scope", "/includes_medical")

    @pytest.mark.parametrize(("decision", "state"), [("approve", "approved"), ("decline", "declined")])
    async def test_opens_when_another_one_approves(
        self, doctor: httpx.AsyncClient, colleague: httpx.AsyncClient, person: str, decision: str, state: str
    ) -> None:
        access = await asked(doctor, person_id=person, includes_medical=True)
        assert (access["medical"], "medical" in access["field_groups"]) == ("requested", False)

        task = await task_of(colleague, access, "emergency_medical_approval")
        assert task["due_at"] == access["ends_at"]
        assert (await settled(colleague, task, decision)).status_code == 200

        shown = body_of(await doctor.get(f"{ACCESSES}/{access['id']}"))
        assert (shown["medical"], "medical" in shown["field_groups"]) == (state, decision == "approve")

    async def test_shows_the_results_once_they_are_opened_and_no_others(
        self, doctor: httpx.AsyncClient, colleague: httpx.AsyncClient, person: str
    ) -> None:
        results = f"/v1/persons/{person}/medical-results"
        recorded = await created(colleague, results, a_fresh(MEDICAL_RESULTS))
        access = await asked(doctor, person_id=person, includes_medical=True)
        refused(await doctor.get(results, headers=under(access)), 403, "emergency_access_not_valid")

        await settled(colleague, await task_of(colleague, access, "emergency_medical_approval"), "approve")

        listed = body_of(await doctor.get(results, headers=under(access)))["items"]
        assert [result["id"] for result in listed] == [recorded["id"]]
        one = await doctor.get(f"{results}/{recorded['id']}", headers=under(access))
        assert body_of(one)["infection"] == recorded["infection"]
        refused(await doctor.get(results), 404, "not_found")
        refused(await doctor.post(results, json=a_fresh(MEDICAL_RESULTS), headers=under(access)), 404, "not_found")

    async def test_nobody_approves_their_own(self, colleague: httpx.AsyncClient, person: str) -> None:
        access = await asked(colleague, person_id=person, includes_medical=True)
        task = await task_of(colleague, access, "emergency_medical_approval")
        refused(await settled(colleague, task, "approve"), 403, "second_person_required")

    async def test_comes_too_late_when_the_hour_is_over(
        self, app: FastAPI, doctor: httpx.AsyncClient, colleague: httpx.AsyncClient, person: str
    ) -> None:
        access = await asked(doctor, person_id=person, includes_medical=True)
        task = await task_of(colleague, access, "emergency_medical_approval")
        with later(app, HOUR):
            refused(await settled(colleague, task, "approve"), 409, "task_not_open")

    async def test_is_not_asked_for_nobody(self, doctor: httpx.AsyncClient, subject: str) -> None:
        over: dict[str, Any] = {"document": {"document_type": "cccd", "number": "001092000002"}}
        access = await asked(doctor, includes_medical=True, **over)
        assert access["medical"] == "not_requested"
        assert not access["opened_by"].endswith(subject)
        assert access["opened_by"].startswith(ISSUER)
