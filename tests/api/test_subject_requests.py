"""What people ask of the register: recorded with a clock, answered with a reason, restricting until lifted."""

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_file, a_request, an_episode
from tests.factories.posted import (
    body_of,
    corrected,
    created,
    pages,
    posted_episode,
    posted_file,
    posted_organisation,
    refused,
)
from tests.factories.posted import posted_person as a_posted_person
from tests.factories.trails import audited, fed

GRANTED = {"answered_on": "2026-11-20", "decision": "granted"}


@pytest.fixture
async def person(manager: httpx.AsyncClient) -> str:
    return f"/v1/persons/{await a_posted_person(manager)}"


async def asked(client: httpx.AsyncClient, person: str, **over: str) -> str:
    """Record a request; its address."""
    body = a_request(**over)
    await created(client, f"{person}/subject-requests", body)
    return f"{person}/subject-requests/{body['id']}"


async def restricted(client: httpx.AsyncClient, person: str, kind: str = "restriction") -> str:
    """Record a restriction and grant it; its address."""
    address = await asked(client, person, kind=kind)
    assert (await client.post(f"{address}/answer", json=GRANTED)).status_code == 200
    return address


async def processing_of(client: httpx.AsyncClient, person: str) -> str:
    return str(body_of(await client.get(person))["processing"])


def codes_of(answer: httpx.Response) -> list[str]:
    return [warning["code"] for warning in body_of(answer)["warnings"]]


class TestRecord:
    async def test_an_answer_is_due_two_working_days_later(self, manager: httpx.AsyncClient, person: str) -> None:
        body = a_request(received_on="2026-11-20")

        request = await created(manager, f"{person}/subject-requests", body)

        assert (request["due_on"], request["status"]) == ("2026-11-25", "open")  # 24 November is a holiday

    async def test_a_corrected_day_sets_the_clock_anew(self, manager: httpx.AsyncClient, person: str) -> None:
        address = await asked(manager, person)

        answer = await corrected(manager, address, {"received_on": "2026-11-12"})

        assert body_of(answer)["due_on"] == "2026-11-16"

    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            pytest.param({"received_on": "2026-11-22"}, "date_in_future", "/received_on", id="tomorrow"),
            pytest.param({"requester": "representative"}, "representation_missing", "/representation", id="right"),
            pytest.param({"representation": "parent"}, "representation_missing", "/representation", id="alone"),
            pytest.param({"decision": "granted"}, "answer_incomplete", "/decision", id="no day"),
            pytest.param({"answered_on": "2026-11-20"}, "answer_incomplete", "/decision", id="no decision"),
            pytest.param(GRANTED | {"decision": "refused"}, "refusal_reason_missing", "/reason", id="refused, not why"),
            pytest.param(GRANTED | {"withdrawn_on": "2026-11-20"}, "request_closed", "/withdrawn_on", id="both ends"),
            pytest.param(GRANTED | {"answered_on": "2026-11-18"}, "dates_out_of_order", "/answered_on", id="early"),
            pytest.param(GRANTED | {"lifted_on": "2026-11-20"}, "nothing_to_lift", "/lifted_on", id="no restriction"),
        ],
    )  # fmt: skip
    async def test_what_cannot_be_is_refused(
        self, manager: httpx.AsyncClient, person: str, over: Body, code: str, pointer: str
    ) -> None:
        answer = await manager.post(f"{person}/subject-requests", json=a_request(**over))

        refused(answer, 409, code, pointer)

    async def test_a_child_is_represented(self, manager: httpx.AsyncClient, person: str) -> None:
        body = a_request(requester="representative", representation="parent")

        assert (await created(manager, f"{person}/subject-requests", body))["representation"] == "parent"

    @pytest.mark.parametrize("role", [Role.HEALTH_OFFICER, Role.PROVINCE_SYSTEM, Role.AUDITOR, Role.ADMINISTRATOR])
    async def test_others_do_not_answer_for_the_unit(self, sign_in: SignIn, person: str, role: Role) -> None:
        client = await sign_in(role)

        refused(await client.get(f"{person}/subject-requests"), 403, "insufficient_scope")
        refused(await client.post(f"{person}/subject-requests", json=a_request()), 403, "insufficient_scope")


class TestAnswer:
    async def test_a_refusal_with_its_reason(self, app: FastAPI, manager: httpx.AsyncClient, person: str) -> None:
        address = await asked(manager, person, kind="erasure")
        given = {"answered_on": "2026-11-20", "decision": "refused", "reason": "The file is kept by law."}

        answer = await manager.post(f"{address}/answer", json=given)

        assert answer.status_code == 200
        request = body_of(answer)
        assert {name: request[name] for name in given} == given
        assert (request["status"], request["version"]) == ("answered", 2)
        assert [row["field_groups"] for row in await audited(app, answer)] == [["subject_request"]]

    async def test_the_same_answer_again_changes_nothing(self, manager: httpx.AsyncClient, person: str) -> None:
        address = await asked(manager, person)
        await manager.post(f"{address}/answer", json=GRANTED)

        again = await manager.post(f"{address}/answer", json=GRANTED)

        assert (again.status_code, body_of(again)["version"]) == (200, 2)

    @pytest.mark.parametrize("end", ["answer", "withdraw"])
    async def test_what_has_ended_does_not_end_otherwise(
        self, manager: httpx.AsyncClient, person: str, end: str
    ) -> None:
        address = await asked(manager, person)
        first = {"answer": ("withdraw", {"withdrawn_on": "2026-11-20"}), "withdraw": ("answer", GRANTED)}
        other = {"answer": GRANTED, "withdraw": {"withdrawn_on": "2026-11-21"}}
        step, body = first[end]
        await manager.post(f"{address}/{step}", json=body)

        refused(await manager.post(f"{address}/{end}", json=other[end]), 409, "request_closed")

    async def test_an_answer_is_given_once(self, manager: httpx.AsyncClient, person: str) -> None:
        address = await asked(manager, person)
        await manager.post(f"{address}/answer", json=GRANTED)

        other = await manager.post(f"{address}/answer", json=GRANTED | {"answered_on": "2026-11-21"})

        refused(other, 409, "request_closed")

    async def test_a_withdrawal_ends_the_wait(self, manager: httpx.AsyncClient, person: str) -> None:
        address = await asked(manager, person)

        answer = await manager.post(f"{address}/withdraw", json={"withdrawn_on": "2026-11-20"})

        assert body_of(answer)["status"] == "withdrawn"


class TestRestriction:
    @pytest.mark.parametrize("kind", ["restriction", "objection"])
    async def test_granting_it_restricts_the_person(
        self, app: FastAPI, manager: httpx.AsyncClient, person: str, kind: str
    ) -> None:
        assert await processing_of(manager, person) == "unrestricted"

        await restricted(manager, person, kind)

        assert await processing_of(manager, person) == "restricted"
        assert [row["version"] for row in await fed(app, person.rpartition("/")[2])] == [1, 2]

    @pytest.mark.parametrize("kind", ["access", "correction", "erasure"])
    async def test_granting_anything_else_does_not(self, manager: httpx.AsyncClient, person: str, kind: str) -> None:
        await restricted(manager, person, kind)

        assert await processing_of(manager, person) == "unrestricted"

    async def test_a_refused_one_does_not_either(self, manager: httpx.AsyncClient, person: str) -> None:
        address = await asked(manager, person, kind="restriction")
        await manager.post(f"{address}/answer", json=GRANTED | {"decision": "refused", "reason": "The law demands it."})

        assert await processing_of(manager, person) == "unrestricted"

    async def test_it_holds_until_the_last_one_is_lifted(self, manager: httpx.AsyncClient, person: str) -> None:
        first, second = await restricted(manager, person), await restricted(manager, person, "objection")
        lifted = {"lifted_on": "2026-11-21", "lift_reason": "At the person's wish."}

        assert (await manager.post(f"{first}/lift", json=lifted)).status_code == 200
        assert await processing_of(manager, person) == "restricted"
        assert (await manager.post(f"{second}/lift", json=lifted)).status_code == 200
        assert await processing_of(manager, person) == "unrestricted"

    async def test_voiding_the_request_ends_it(self, manager: httpx.AsyncClient, person: str) -> None:
        address = await restricted(manager, person)

        await manager.post(f"{address}/void", json={"reason": "Entered for the wrong person."})

        assert await processing_of(manager, person) == "unrestricted"

    async def test_there_is_nothing_to_lift_twice(self, manager: httpx.AsyncClient, person: str) -> None:
        address = await restricted(manager, person)
        await manager.post(f"{address}/lift", json={"lifted_on": "2026-11-20", "lift_reason": "First."})

        again = await manager.post(f"{address}/lift", json={"lifted_on": "2026-11-21", "lift_reason": "Second."})

        refused(again, 409, "nothing_to_lift")

    async def test_writes_go_on_with_a_warning(self, manager: httpx.AsyncClient, person: str) -> None:
        before = await posted_file(manager, person.rpartition("/")[2])
        assert before["warnings"] == []
        await restricted(manager, person)

        added = await manager.post(f"{person}/files", json=a_file(category="addicted"))
        changed = await corrected(manager, f"{person}/files/{before['id']}", {"issuer": "UBND"})
        named = await corrected(manager, person, {"occupation": "Thợ mộc"})

        assert [codes_of(answer) for answer in (added, changed, named)] == [["person_is_restricted"]] * 3

    async def test_lists_leave_the_person_out_and_a_search_by_name_does_not(self, manager: httpx.AsyncClient) -> None:
        number = await a_posted_person(manager, full_name="Lê Thị Hạn Chế", unit_code="22018")
        episode = await posted_episode(manager, number)
        file = await posted_file(manager, number)
        listing = {"persons": number, "episodes": episode["id"], "files": file["id"]}
        lists = {f"/v1/{name}?unit=22018": listed for name, listed in listing.items()}
        for address, listed in lists.items():
            assert listed in {item["id"] for item in await pages(manager, address)}

        await restricted(manager, f"/v1/persons/{number}")

        for address, listed in lists.items():
            assert listed not in {item["id"] for item in await pages(manager, address)}
        by_name = body_of(await manager.post("/v1/persons/search", json={"name": "han che"}))["items"]
        assert [(item["id"], item["processing"]) for item in by_name] == [(number, "restricted")]
        by_unit = body_of(await manager.post("/v1/persons/search", json={"unit_code": "22018"}))["items"]
        assert number not in {item["id"] for item in by_unit}

    async def test_no_other_organisation_is_let_in_but_by_a_decision(
        self, manager: httpx.AsyncClient, sign_in: SignIn, person: str
    ) -> None:
        treating = await posted_organisation(manager, kind="methadone_clinic")
        other = await posted_organisation(manager, kind="rehab_facility_public")
        episode = await posted_episode(manager, person.rpartition("/")[2], modality="methadone", provider_id=treating)
        clinic = await sign_in(Role.FACILITY_OFFICER, organisation=treating)
        await restricted(manager, person)

        free = await manager.post(f"{person}/episodes", json=an_episode(modality="facility", provider_id=other))
        refused(free, 409, "person_restricted", "/provider_id")
        ordered = an_episode(modality="facility", provider_id=other, legal_basis="compulsory")
        assert (await manager.post(f"{person}/episodes", json=ordered)).status_code == 201
        assert episode["id"] in {item["id"] for item in await pages(clinic, "/v1/episodes")}
        going_on = await corrected(clinic, f"{person}/episodes/{episode['id']}", {"planned_months": 24})
        assert going_on.status_code == 200


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
        self, officer: httpx.AsyncClient, person: str, step: str, body: Body
    ) -> None:
        address = await asked(officer, person)

        await officer.post(f"{address}/{step}", json=body)

        assert await self.waiting(officer, address) == []
        assert len(await self.waiting(officer, address, "cancelled")) == 1

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
