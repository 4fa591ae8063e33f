"""The inbox over HTTP: who sees what, and what settling does."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.db.engine import transaction
from registry.db.tables.tasks import TaskRow
from registry.demo.issuer import ISSUER
from registry.domain.access import Role, TokenScope
from registry.domain.task import TaskKind
from registry.vault.sealed import Sealed
from tests.conftest import NOW, TODAY, SignIn
from tests.factories.posted import body_of, pages, posted_organisation, posted_person, refused, without_occurrence
from tests.factories.tasks import opened, unit_of
from tests.factories.trails import audited

HA_NOI = ("01", TODAY)
HERE = ("22015", TODAY)


@pytest.fixture(scope="module")
async def supervisor(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, subject="supervisor")


async def inbox(client: httpx.AsyncClient, query: str = "") -> set[str]:
    return {task["id"] for task in await pages(client, f"/v1/tasks?limit=2{query}")}


class TestRead:
    async def test_a_task_says_what_it_asks_of_whom_by_when(
        self, app: FastAPI, supervisor: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        person, record = await posted_person(manager), uuid4()
        task = await opened(app, person_id=person, record_id=record)

        answer = await supervisor.get(f"/v1/tasks/{task}")

        assert answer.headers["etag"] == '"v1-task"'
        assert body_of(answer) == {
            "id": task,
            "kind": "emergency_review",
            "role": "province_manager",
            "unit_code": "22015",
            "organisation_id": None,
            "person_id": person,
            "entity": "emergency_access",
            "record_id": str(record),
            "decisions": ["approve", "decline"],
            "opened_at": "2026-11-21T03:00:00Z",
            "opened_by": "urn:example|somebody",
            "due_at": "2026-11-24T03:00:00Z",
            "state": "open",
            "settled_at": None,
            "settled_by": None,
            "note": None,
            "version": 1,
        }
        ((row),) = await audited(app, answer)
        assert (row["operation"], row["entity"], str(row["record_id"])) == ("get_task", "task", task)
        assert [str(each) for each in row["person_ids"]] == [person]

    async def test_another_s_task_is_not_there(
        self, app: FastAPI, sign_in: SignIn, anonymous: httpx.AsyncClient
    ) -> None:
        task = await opened(app)
        for stranger in (
            await sign_in(Role.PROVINCE_MANAGER, unit=HA_NOI),
            await sign_in(Role.COMMUNE_OFFICER, unit=HERE),
            await sign_in(Role.ADMINISTRATOR),
        ):
            answer = await stranger.get(f"/v1/tasks/{task}")
            refused(answer, 404, "not_found")
            assert without_occurrence(answer) == without_occurrence(await stranger.get(f"/v1/tasks/{uuid4()}"))
        assert (await anonymous.get(f"/v1/tasks/{task}")).status_code == 401
        refused(await (await sign_in(Role.ANALYST)).get("/v1/tasks"), 403, "insufficient_scope")


class TestList:
    async def test_each_role_counts_where_it_is_held(self, app: FastAPI, sign_in: SignIn) -> None:
        of_manager = await opened(app)
        of_officer = await opened(app, TaskKind.EMERGENCY_NOTICE)
        elsewhere = await opened(app, unit_id=unit_of(app, "00004"))
        notice_elsewhere = await opened(app, TaskKind.EMERGENCY_NOTICE, unit_id=unit_of(app, "00004"))
        both = {of_manager, of_officer, elsewhere, notice_elsewhere}

        await sign_in(Role.PROVINCE_MANAGER, subject="of-two-posts")
        of_two_posts = await sign_in(Role.COMMUNE_OFFICER, unit=("00004", TODAY), subject="of-two-posts")

        assert await inbox(of_two_posts) & both == {of_manager, notice_elsewhere}

    async def test_by_organisation(self, app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient) -> None:
        organisation = await posted_organisation(manager, kind="methadone_clinic")
        facility = await sign_in(Role.FACILITY_OFFICER, organisation=organisation)
        await opened(app)
        assert await inbox(facility) == set()

    async def test_filters(self, app: FastAPI, sign_in: SignIn) -> None:
        client = await sign_in(Role.PROVINCE_MANAGER, unit=HA_NOI)
        place: dict[str, Any] = {"unit_id": unit_of(app, "00008")}
        late = await opened(app, due_at=NOW - timedelta(seconds=1), **place)
        soon = await opened(app, due_at=NOW, **place)
        settled = await opened(app, due_at=NOW + timedelta(days=1), **place)
        assert (await client.post(f"/v1/tasks/{settled}/settle", json={"decision": "approve"})).status_code == 200

        mine = {late, soon, settled}
        for query, expected in (
            ("", {late, soon}),
            ("&overdue=true", {late}),
            ("&overdue=false", {soon}),
            ("&state=approved", {settled}),
            ("&kind=emergency_review", {late, soon}),
            ("&kind=emergency_notice", set()),
        ):
            assert await inbox(client, query) & mine == expected, query
        first = body_of(await client.get("/v1/tasks?limit=1"))["items"]
        assert [task["id"] for task in first] == [late]

    async def test_who_looks_leaves_the_people_in_the_audit_log(
        self, app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient
    ) -> None:
        client = await sign_in(Role.PROVINCE_MANAGER, unit=("00025", TODAY))
        person = await posted_person(manager)
        await opened(app, person_id=person, unit_id=unit_of(app, "00025"))

        (row,) = await audited(app, await client.get("/v1/tasks"))

        assert (row["operation"], row["decision"]) == ("list_tasks", "allowed")
        assert [str(each) for each in row["person_ids"]] == [person]


class TestSettle:
    async def test_keeps_who_decided_when_and_why(self, app: FastAPI, supervisor: httpx.AsyncClient) -> None:
        task = await opened(app)

        answer = await supervisor.post(
            f"/v1/tasks/{task}/settle",
            json={"decision": "decline", "note": "No reason."},
            headers={"If-Match": '"v1-task"'},
        )

        assert answer.status_code == 200
        settled = body_of(answer)
        assert (settled["state"], settled["settled_by"], settled["note"], settled["version"]) == (
            "declined", f"{ISSUER}|supervisor", "No reason.", 2,
        )  # fmt: skip
        assert (settled["settled_at"], answer.headers["etag"]) == ("2026-11-21T03:00:00Z", '"v2-task"')
        assert body_of(await supervisor.get(f"/v1/tasks/{task}")) == settled
        (row,) = await audited(app, answer)
        assert (row["operation"], str(row["record_id"]), row["decision"]) == ("settle_task", task, "allowed")

    async def test_what_is_noted_about_a_person_is_sealed(
        self, app: FastAPI, supervisor: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        task = await opened(app, person_id=await posted_person(manager))

        answer = await supervisor.post(f"/v1/tasks/{task}/settle", json={"decision": "approve", "note": "Bà Tư nói."})

        assert body_of(answer)["note"] == "Bà Tư nói."
        assert body_of(await supervisor.get(f"/v1/tasks/{task}"))["note"] == "Bà Tư nói."
        listed = await pages(supervisor, "/v1/tasks?state=approved")
        assert [each["note"] for each in listed if each["id"] == task] == ["Bà Tư nói."]
        async with transaction(app.state.sessions) as session:
            row = await session.get_one(TaskRow, UUID(task))
        assert (row.note, "Tư".encode() in (row.sealed_note or Sealed(b"")).blob) == (None, False)

    async def test_nothing_is_noted_about_a_person_who_has_left(
        self, app: FastAPI, sign_in: SignIn, manager: httpx.AsyncClient
    ) -> None:
        elsewhere = await sign_in(Role.PROVINCE_MANAGER, unit=HA_NOI)
        task = await opened(app, person_id=await posted_person(manager), unit_id=unit_of(app, "00004"))
        address = f"/v1/tasks/{task}/settle"

        noted = await elsewhere.post(address, json={"decision": "approve", "note": "x"})
        refused(noted, 409, "note_not_kept", "/note")
        assert body_of(await elsewhere.post(address, json={"decision": "approve"}))["state"] == "approved"

    async def test_the_same_decision_again_is_answered_as_it_is(
        self, app: FastAPI, supervisor: httpx.AsyncClient, manager: httpx.AsyncClient
    ) -> None:
        address, body = f"/v1/tasks/{await opened(app)}/settle", {"decision": "approve"}
        first = await supervisor.post(address, json=body, headers={"If-Match": '"v1-task"'})
        again = await supervisor.post(address, json=body, headers={"If-Match": '"v1-task"'})
        assert (again.status_code, again.json()) == (200, first.json())

        otherwise = await supervisor.post(address, json={"decision": "decline"})
        assert refused(otherwise, 409, "task_not_open")["state"] == "approved"
        refused(await manager.post(address, json=body), 409, "task_not_open")

    async def test_refuses(self, app: FastAPI, supervisor: httpx.AsyncClient, sign_in: SignIn) -> None:
        address = f"/v1/tasks/{await opened(app)}/settle"
        refused(await supervisor.post(address, json={"decision": "done"}), 409, "decision_not_allowed", "/decision")
        refused(await supervisor.post(address, json={"decision": "perhaps"}), 422, "validation_failed")
        stale = await supervisor.post(address, json={"decision": "approve"}, headers={"If-Match": '"v7-task"'})
        refused(stale, 412, "version_mismatch")
        reader = await sign_in(Role.PROVINCE_MANAGER, scopes=(TokenScope.READ,))
        refused(await reader.post(address, json={"decision": "approve"}), 403, "insufficient_scope")
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=HA_NOI)
        refused(await stranger.post(address, json={"decision": "approve"}), 404, "not_found")

    async def test_nobody_approves_what_they_opened(self, app: FastAPI, supervisor: httpx.AsyncClient) -> None:
        task = await opened(app, opened_by=f"{ISSUER}|supervisor")

        answer = await supervisor.post(f"/v1/tasks/{task}/settle", json={"decision": "approve"})

        refused(answer, 403, "second_person_required")
        assert [row["decision"] for row in await audited(app, answer)] == ["denied"]
        assert body_of(await supervisor.get(f"/v1/tasks/{task}"))["state"] == "open"


class TestGrantContinued:
    @pytest.fixture
    async def administrator(self, sign_in: SignIn) -> httpx.AsyncClient:
        return await sign_in(Role.ADMINISTRATOR, unit=("66", TODAY), subject="administrator-of-66")

    async def given(self, app: FastAPI, administrator: httpx.AsyncClient) -> tuple[str, str]:
        grant = {"id": str(uuid4()), "subject": "kept-on", "role": "analyst", "unit_code": "54"}
        assert (await administrator.post("/v1/grants", json=grant)).status_code == 201
        unit = unit_of(app, "66")
        task = await opened(app, TaskKind.GRANT_CONTINUED, entity="access_grant", record_id=grant["id"], unit_id=unit)
        return str(grant["id"]), task

    @pytest.mark.parametrize(("decision", "ends"), [("approve", False), ("decline", True)])
    async def test_the_grant_goes_on_or_ends(
        self, app: FastAPI, administrator: httpx.AsyncClient, decision: str, *, ends: bool
    ) -> None:
        grant, task = await self.given(app, administrator)

        answer = await administrator.post(f"/v1/tasks/{task}/settle", json={"decision": decision})

        assert answer.status_code == 200
        kept = body_of(await administrator.get(f"/v1/grants/{grant}"))
        assert (kept["revoked_at"] is not None) is ends

    async def test_nobody_lets_their_own_go_on(
        self, app: FastAPI, administrator: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        grant, task = await self.given(app, administrator)
        holder = await sign_in(Role.ADMINISTRATOR, unit=("66", TODAY), subject="kept-on")

        refused(await holder.post(f"/v1/tasks/{task}/settle", json={"decision": "approve"}), 403, "grant_to_oneself")
        assert (await holder.post(f"/v1/tasks/{task}/settle", json={"decision": "decline"})).status_code == 200

        assert body_of(await administrator.get(f"/v1/grants/{grant}"))["revoked_at"] is not None

    async def test_asks_for_what_the_effect_takes(
        self, app: FastAPI, administrator: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        grant, task = await self.given(app, administrator)
        without_admin = await sign_in(
            Role.ADMINISTRATOR, unit=("66", TODAY), scopes=(TokenScope.READ, TokenScope.WRITE)
        )

        refused(
            await without_admin.post(f"/v1/tasks/{task}/settle", json={"decision": "decline"}),
            403,
            "insufficient_scope",
        )

        assert body_of(await administrator.get(f"/v1/grants/{grant}"))["revoked_at"] is None
        assert body_of(await administrator.get(f"/v1/tasks/{task}"))["state"] == "open"
