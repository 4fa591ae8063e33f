"""Emergency access over HTTP: who may ask, who is told, and what it opens, to the second."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue
from sqlmodel import col, select

from registry.db.engine import transaction
from registry.db.tables.emergency import EmergencyAccessRow
from registry.db.tables.tasks import TaskRow
from registry.db.tables.trail import AuditEventRow
from registry.demo.issuer import ISSUER, DemoIssuer
from registry.domain.access import Role
from tests.api.emergency.conftest import HERE, NUMBER, THERE
from tests.conftest import NOW, TODAY, SignIn
from tests.factories.bodies import Body
from tests.factories.emergencies import ACCESSES, an_emergency, asked, later, set_to
from tests.factories.posted import body_of, posted_person, refused
from tests.factories.tasks import unit_of
from tests.factories.trails import audited

HOUR = timedelta(hours=1)

SignAnew: TypeAlias = Callable[..., dict[str, str]]


async def tasks_of(app: FastAPI, access: Body) -> dict[str, TaskRow]:
    async with transaction(app.state.sessions) as session:
        rows = (await session.exec(select(TaskRow).where(TaskRow.record_id == UUID(access["id"])))).all()
    return {row.kind.value: row for row in rows}


async def trail_of(app: FastAPI, access_id: str) -> list[AuditEventRow]:
    async with transaction(app.state.sessions) as session:
        rows = select(AuditEventRow).where(AuditEventRow.record_id == UUID(access_id))
        return list((await session.exec(rows.order_by(col(AuditEventRow.seq)))).all())


class TestAsk:
    async def test_opens_one_person_for_an_hour_and_tells_those_in_charge(
        self, app: FastAPI, officer: httpx.AsyncClient, person: str
    ) -> None:
        body = an_emergency(person_id=person)

        answer = await officer.post(ACCESSES, json=body)

        assert (answer.status_code, answer.headers["Location"]) == (201, f"{ACCESSES}/{body['id']}")
        access = body_of(answer)
        opened_by = access["opened_by"]
        assert access == {
            "id": body["id"],
            "state": "open",
            "person_id": person,
            "field_groups": ["file", "identity", "person", "residence", "treatment"],
            "medical": "not_requested",
            "reason_code": "medical_emergency",
            "reason_text": body["reason_text"],
            "opened_by": opened_by,
            "opened_at": "2026-11-21T03:00:00Z",
            "ends_at": "2026-11-21T04:00:00Z",
            "version": 1,
        }
        assert opened_by.startswith(f"{ISSUER}|commune_officer-")
        tasks = await tasks_of(app, access)
        there = unit_of(app, THERE)
        assert {kind: (task.role, task.unit_id, str(task.person_id)) for kind, task in tasks.items()} == {
            "emergency_review": (Role.PROVINCE_MANAGER, there, person),
            "emergency_notice": (Role.COMMUNE_OFFICER, there, person),
        }
        assert {task.due_at for task in tasks.values()} == {NOW + 72 * HOUR}
        assert {task.opened_by for task in tasks.values()} == {opened_by}
        (row,) = await audited(app, answer)
        assert (row["operation"], row["purpose"], row["decision"]) == (
            "ask_for_emergency_access",
            "emergency",
            "allowed",
        )
        assert [str(each) for each in row["person_ids"]] == [person]

    async def test_finds_the_person_by_a_document(self, officer: httpx.AsyncClient, person: str) -> None:
        written: dict[str, JsonValue] = {"document_type": "cccd", "number": " 001.092.999 555"}
        assert (await asked(officer, document=written))["person_id"] == person

    async def test_nobody_by_id_is_answered_like_nobody_by_number(
        self, app: FastAPI, officer: httpx.AsyncClient
    ) -> None:
        absent = str(uuid4())
        by_id = await asked(officer, person_id=absent)
        by_number = await asked(officer, document={"document_type": "cccd", "number": "001092000000"})
        by_other_type = await asked(officer, document={"document_type": "passport", "number": NUMBER})

        for access in (by_number, by_other_type):
            assert access | {"id": by_id["id"]} == by_id
        assert (by_id["state"], by_id["person_id"], by_id["field_groups"], by_id["reason_text"]) == (
            "no_match", None, [], None,
        )  # fmt: skip
        (row,) = await trail_of(app, by_id["id"])
        assert [str(each) for each in row.person_ids] == [absent]
        ((kind, task),) = (await tasks_of(app, by_id)).items()
        assert (kind, task.unit_id, task.person_id) == ("emergency_review", unit_of(app, "22015"), None)

    async def test_one_who_is_voided_is_nobody(self, officer: httpx.AsyncClient, elsewhere: httpx.AsyncClient) -> None:
        mistaken = await posted_person(elsewhere, unit_code=THERE, from_on="2025-07-01")
        await elsewhere.post(f"/v1/persons/{mistaken}/void", json={"reason": "Nhầm."})

        assert (await asked(officer, person_id=mistaken))["state"] == "no_match"

    async def test_is_safe_to_repeat(
        self, app: FastAPI, officer: httpx.AsyncClient, person: str, sign_in: SignIn
    ) -> None:
        body = an_emergency(person_id=person)
        first = await officer.post(ACCESSES, json=body)
        with later(app, timedelta(minutes=30)):
            again = await officer.post(ACCESSES, json=body)
        assert (again.status_code, again.json()) == (200, first.json())
        assert len(await tasks_of(app, body)) == 2
        refused(await officer.post(ACCESSES, json=body | {"reason_text": "Khác."}), 409, "record_id_conflict", "/id")
        another = await sign_in(Role.COMMUNE_OFFICER, unit=HERE)
        refused(await another.post(ACCESSES, json=body), 409, "record_id_conflict", "/id")

    @pytest.mark.parametrize(
        "named", [{}, {"person_id": str(uuid4()), "document": {"document_type": "cccd", "number": NUMBER}}]
    )
    async def test_names_exactly_one_person(self, officer: httpx.AsyncClient, named: Body) -> None:
        answer = await officer.post(ACCESSES, json=an_emergency(**named))
        refused(answer, 409, "emergency_target_wrong", "/person_id")

    @pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR])
    async def test_is_for_those_who_work_with_people(self, sign_in: SignIn, person: str, role: Role) -> None:
        client = await sign_in(role)
        refused(await client.post(ACCESSES, json=an_emergency(person_id=person)), 403, "insufficient_scope")

    async def test_is_kept_when_the_answer_is_lost(self, app: FastAPI, officer: httpx.AsyncClient, person: str) -> None:
        body, lost = an_emergency(person_id=person), []

        async def lose(message: dict[str, Any]) -> None:
            lost.append(message["type"])
            raise ConnectionResetError

        request = officer.build_request("POST", ACCESSES, json=body)
        sent = iter([{"type": "http.request", "body": request.content, "more_body": False}])

        async def receive() -> dict[str, Any]:
            return next(sent, {"type": "http.disconnect"})

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "https",
            "path": ACCESSES, "raw_path": ACCESSES.encode(), "query_string": b"", "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("192.0.2.1", 1), "server": ("registry.example", 443),
        }  # fmt: skip
        await app(scope, receive, lose)  # type: ignore[arg-type]  # a plain server's messages

        assert lost == ["http.response.start"]
        (row,) = await trail_of(app, body["id"])
        assert (row.operation, [str(each) for each in row.person_ids]) == ("ask_for_emergency_access", [person])
        assert len(await tasks_of(app, body)) == 2


class TestStepUp:
    @pytest.fixture
    def sign(self, issuer: DemoIssuer, subject: str) -> SignAnew:
        """Make the field of another token of the officer's."""

        def signed(**over: Any) -> dict[str, str]:  # noqa: ANN401 - what the token says
            return {"Authorization": f"Bearer {issuer.token(subject, now=NOW, client_id='test-app', **over)}"}

        return signed

    async def test_a_sign_in_of_five_minutes_ago_is_the_oldest(
        self, app: FastAPI, officer: httpx.AsyncClient, person: str, sign: SignAnew
    ) -> None:
        body, minutes = an_emergency(person_id=person), timedelta(minutes=5)
        too_old = await officer.post(
            ACCESSES, json=body, headers=sign(signed_in_at=NOW - minutes - timedelta(seconds=1))
        )

        assert refused(too_old, 403, "step_up_required")["max_age"] == 300
        assert too_old.headers["WWW-Authenticate"] == (
            'Bearer realm="registry", error="insufficient_user_authentication", max_age="300"'
        )
        assert [row["decision"] for row in await audited(app, too_old)] == ["denied"]
        fresh = await officer.post(ACCESSES, json=body, headers=sign(signed_in_at=NOW - minutes))
        assert fresh.status_code == 201

    async def test_the_way_of_signing_in_is_asked_for_where_one_is_set(
        self, app: FastAPI, officer: httpx.AsyncClient, person: str, sign: SignAnew
    ) -> None:
        body = an_emergency(person_id=person)

        with set_to(app, step_up_acr="phr"):
            weak = await officer.post(ACCESSES, json=body)
            strong = await officer.post(ACCESSES, json=body, headers=sign(acr="phr"))

        refused(weak, 403, "step_up_required")
        assert weak.headers["WWW-Authenticate"].endswith(', max_age="300", acr_values="phr"')
        assert strong.status_code == 201


class TestCap:
    async def test_the_fourth_in_a_day_is_refused_and_those_who_found_nobody_count(
        self, app: FastAPI, officer: httpx.AsyncClient, person: str, sign_in: SignIn
    ) -> None:
        for target in (person, str(uuid4()), str(uuid4())):
            await asked(officer, person_id=target)

        answer = await officer.post(ACCESSES, json=an_emergency(person_id=person))

        assert refused(answer, 429, "emergency_cap_reached")["cap"] == 3
        assert answer.headers["Retry-After"] == str(24 * 3600)
        assert [row["decision"] for row in await audited(app, answer)] == ["denied"]
        await asked(await sign_in(Role.COMMUNE_OFFICER, unit=HERE), person_id=person)

    async def test_asking_for_many_at_once_does_not_pass_it(self, officer: httpx.AsyncClient, person: str) -> None:
        answers = await asyncio.gather(*(officer.post(ACCESSES, json=an_emergency(person_id=person)) for _ in range(6)))

        assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 429, 429, 429]


class TestRead:
    async def test_whoever_asked_and_those_in_charge_of_the_person_see_it(
        self, officer: httpx.AsyncClient, person: str, elsewhere: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        access = await asked(officer, person_id=person)
        address = f"{ACCESSES}/{access['id']}"

        for client in (officer, elsewhere, await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY))):
            answer = await client.get(address)
            assert (answer.status_code, answer.json()) == (200, access)
        for client in (await sign_in(Role.COMMUNE_OFFICER, unit=HERE), await sign_in(Role.PROVINCE_MANAGER)):
            refused(await client.get(address), 404, "not_found")

    async def test_it_has_ended_when_its_hour_is_over(
        self, app: FastAPI, officer: httpx.AsyncClient, person: str
    ) -> None:
        access = await asked(officer, person_id=person)
        for by, state in ((HOUR - timedelta(seconds=1), "open"), (HOUR, "ended")):
            with later(app, by):
                assert body_of(await officer.get(f"{ACCESSES}/{access['id']}"))["state"] == state

    async def test_the_reason_is_kept_sealed(self, app: FastAPI, officer: httpx.AsyncClient, person: str) -> None:
        access = await asked(officer, person_id=person)
        async with transaction(app.state.sessions) as session:
            row = await session.get_one(EmergencyAccessRow, UUID(access["id"]))
        assert row.reason_text is not None
        assert access["reason_text"].encode() not in row.reason_text.blob
