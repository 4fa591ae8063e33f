"""What people ask of the register: recorded with a clock, answered with a reason."""

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.api.subject_requests.asking import GRANTED, asked
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_request
from tests.factories.posted import body_of, corrected, created, refused
from tests.factories.trails import audited


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
