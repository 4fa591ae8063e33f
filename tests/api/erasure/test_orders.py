"""An erasure takes the order of an authority and two persons, and leaves nothing but an id that answers 410."""

from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from registry.db.engine import transaction
from registry.db.tables.emergency import EmergencyAccessRow
from registry.db.tables.tasks import TaskRow
from registry.domain.access import Role
from registry.domain.emergency import EmergencyState
from registry.domain.task import TaskKind, TaskState
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import OF_PEOPLE, OF_PERSON, a_fresh, a_person, an_order
from tests.factories.emergencies import asked
from tests.factories.posted import (
    body_of,
    corrected,
    created,
    pages,
    posted_episode,
    posted_organisation,
    posted_person,
    refused,
)
from tests.factories.tasks import opened, unit_of
from tests.factories.trails import fed

CANARY = "Nguyễn Thị Chim Hoàng Yến"


@pytest.fixture(scope="module")
async def approver(sign_in: SignIn) -> httpx.AsyncClient:
    """Another manager of the province."""
    return await sign_in(Role.PROVINCE_MANAGER)


async def filled(manager: httpx.AsyncClient) -> str:
    """A person with a record of every kind; the address."""
    body = a_person(full_name=CANARY, phone="0900 777 888", aliases=["Chim"])
    await created(manager, "/v1/persons", body)
    path = f"/v1/persons/{body['id']}"
    for kind in OF_PERSON:
        if kind.singular != "erasure_order":
            await created(manager, f"{path}/{kind.collection}", a_fresh(kind))
    await corrected(manager, path, {"occupation": "Thợ mộc"})
    clinic = await posted_organisation(manager, kind="methadone_clinic")
    await posted_episode(manager, body["id"], modality="methadone", provider_id=clinic)
    return path


async def ordered(manager: httpx.AsyncClient, person: str, **over: str) -> str:
    """Record an order; its address."""
    body = an_order(**over)
    await created(manager, f"{person}/erasure-orders", body)
    return f"{person}/erasure-orders/{body['id']}"


async def approval_of(client: httpx.AsyncClient, order: str) -> str:
    """The address of the task that waits for a second person."""
    order_id = order.rpartition("/")[2]
    (task,) = [task for task in await pages(client, "/v1/tasks?kind=erasure_approval") if task["record_id"] == order_id]
    return f"/v1/tasks/{task['id']}"


async def erased(manager: httpx.AsyncClient, approver: httpx.AsyncClient, person: str) -> None:
    task = await approval_of(approver, await ordered(manager, person))
    answer = await approver.post(f"{task}/settle", json={"decision": "approve", "note": "As ordered."})
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
async def person(manager: httpx.AsyncClient, approver: httpx.AsyncClient) -> str:
    """Somebody who was erased."""
    path = await filled(manager)
    await erased(manager, approver, path)
    return path


class TestOrder:
    async def test_nothing_is_erased_by_one_person(self, manager: httpx.AsyncClient) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        task = await approval_of(manager, await ordered(manager, person))

        refused(await manager.post(f"{task}/settle", json={"decision": "approve"}), 403, "second_person_required")
        assert (await manager.get(person)).status_code == 200

    async def test_who_changed_the_order_does_not_approve_it(
        self, manager: httpx.AsyncClient, approver: httpx.AsyncClient
    ) -> None:
        order = await ordered(manager, f"/v1/persons/{await posted_person(manager)}")
        await corrected(approver, order, {"decision_number": "99/2026/QĐ-TA"})

        task = await approval_of(approver, order)

        refused(await approver.post(f"{task}/settle", json={"decision": "approve"}), 403, "second_person_required")

    async def test_a_declined_order_erases_nobody_and_stays(
        self, manager: httpx.AsyncClient, approver: httpx.AsyncClient
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        order = await ordered(manager, person)
        task = await approval_of(approver, order)

        await approver.post(f"{task}/settle", json={"decision": "decline", "note": "Not the person named."})

        assert body_of(await manager.get(order))["status"] == "declined"
        assert (await manager.get(person)).status_code == 200
        refused(await corrected(manager, order, {"authority": "Another"}), 409, "erasure_decided")
        refused(await manager.post(f"{order}/void", json={"reason": "Undo."}), 409, "erasure_decided")

    async def test_a_voided_order_waits_for_nobody(self, manager: httpx.AsyncClient) -> None:
        order = await ordered(manager, f"/v1/persons/{await posted_person(manager)}")

        await manager.post(f"{order}/void", json={"reason": "Entered for the wrong person."})

        order_id = order.rpartition("/")[2]
        assert order_id not in {task["record_id"] for task in await pages(manager, "/v1/tasks")}

    async def test_a_commune_orders_nothing(self, sign_in: SignIn, manager: httpx.AsyncClient) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))

        refused(await officer.post(f"{person}/erasure-orders", json=an_order()), 403, "insufficient_scope")


class TestErasure:
    @pytest.mark.parametrize(
        "below",
        ["", "/versions", "/responsibilities", "/export", *(f"/{kind.collection}" for kind in OF_PEOPLE)],
    )
    async def test_who_could_see_the_person_is_told(self, manager: httpx.AsyncClient, person: str, below: str) -> None:
        refused(await manager.get(person + below), 410, "erased")

    @pytest.mark.parametrize("kind", OF_PEOPLE, ids=lambda kind: kind.singular)
    async def test_nothing_is_added_or_read(self, manager: httpx.AsyncClient, person: str, kind: object) -> None:
        collection = getattr(kind, "collection")  # noqa: B009 - any kind
        body = a_fresh(kind)  # type: ignore[arg-type]  # any kind

        refused(await manager.post(f"{person}/{collection}", json=body), 410, "erased")
        refused(await manager.get(f"{person}/{collection}/{uuid4()}"), 410, "erased")

    async def test_others_are_told_what_they_were_told_before(self, sign_in: SignIn, person: str) -> None:
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))

        refused(await stranger.get(person), 404, "not_found")
        refused(await stranger.get(f"{person}/episodes"), 404, "not_found")

    async def test_the_id_is_never_used_again(self, manager: httpx.AsyncClient, sign_in: SignIn, person: str) -> None:
        again = a_person(id=person.rpartition("/")[2])
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))

        refused(await manager.post("/v1/persons", json=again), 410, "erased")
        refused(await stranger.post("/v1/persons", json=again), 410, "erased")

    async def test_no_list_and_no_search_knows_the_person(self, manager: httpx.AsyncClient, person: str) -> None:
        person_id = person.rpartition("/")[2]
        found = body_of(await manager.post("/v1/persons/search", json={"name": "chim hoang yen"}))

        assert found["items"] == []
        for address in ("/v1/persons", "/v1/files", "/v1/episodes", "/v1/subject-requests"):
            assert person_id not in str(await pages(manager, f"{address}?limit=500"))

    async def test_the_replicas_are_told(self, app: FastAPI, person: str) -> None:
        rows = await fed(app, person.rpartition("/")[2])

        assert "erase" in [row["op"] for row in rows if row["unit_id"] is not None]
        assert "erase" in [row["op"] for row in rows if row["organisation_id"] is not None]

    async def test_tasks_about_the_person_are_over(self, app: FastAPI, person: str) -> None:
        async with transaction(app.state.sessions) as session:
            about = select(TaskRow).where(TaskRow.person_id == UUID(person.rpartition("/")[2]))
            tasks = (await session.exec(about)).all()

        assert {(task.kind, task.state) for task in tasks} == {
            (TaskKind.SUBJECT_REQUEST_DUE, TaskState.CANCELLED),
            (TaskKind.MOVE_REQUEST, TaskState.CANCELLED),
            (TaskKind.ERASURE_APPROVAL, TaskState.APPROVED),
        }
        assert {(task.note, task.sealed_note) for task in tasks} == {(None, None)}

    async def test_nothing_waits_for_the_person_in_another_unit(
        self, app: FastAPI, manager: httpx.AsyncClient, approver: httpx.AsyncClient
    ) -> None:
        person = await filled(manager)
        about = UUID(person.rpartition("/")[2])
        waiting = await opened(app, TaskKind.EMERGENCY_NOTICE, person_id=about, unit_id=unit_of(app, "00004"))

        await erased(manager, approver, person)

        async with transaction(app.state.sessions) as session:
            assert (await session.get_one(TaskRow, UUID(waiting))).state is TaskState.CANCELLED

    async def test_an_order_that_was_declined_before_is_gone_too(
        self, manager: httpx.AsyncClient, approver: httpx.AsyncClient
    ) -> None:
        person = await filled(manager)
        order = await ordered(manager, person)
        await approver.post(f"{await approval_of(approver, order)}/settle", json={"decision": "decline"})

        await erased(manager, approver, person)

        refused(await manager.get(order), 410, "erased")

    async def test_an_emergency_access_ends_with_the_person(
        self, app: FastAPI, manager: httpx.AsyncClient, approver: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        person = await filled(manager)
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("01", TODAY), subject="in-a-hurry")
        access = await asked(officer, person_id=person.rpartition("/")[2], reason_text=CANARY)

        await erased(manager, approver, person)

        async with transaction(app.state.sessions) as session:
            kept = await session.get_one(EmergencyAccessRow, UUID(access["id"]))
            assert (kept.state, kept.version) == (EmergencyState.ENDED, 2)
            assert (kept.reason_text, kept.fingerprint) == (None, b"")
