"""Answering a move: with it the person and all that is theirs are the receiver's, and nobody else's."""

from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from registry.domain.task import TaskKind
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import OF_PEOPLE, a_fresh, a_request
from tests.factories.moving import HERE, THERE, Asked, answered, asked, notices_of, request_of
from tests.factories.posted import body_of, created, pages, posted_episode, posted_organisation, posted_person, refused
from tests.factories.shelf import put_foundation
from tests.factories.stored import rows
from tests.factories.tasks import opened, unit_of
from tests.factories.trails import audited, fed

OF_OTHERS = {"medical_result", "medical_referral", "erasure_order", "move"}
WRITTEN_BY_OFFICERS = [kind for kind in OF_PEOPLE if kind.singular not in OF_OTHERS]


@pytest.fixture(scope="module")
async def moved(sender: httpx.AsyncClient, receiver: httpx.AsyncClient) -> Asked:
    """Somebody with a record of every kind, whom the receiver has taken on."""
    person_id = await posted_person(sender, full_name="Phạm Văn Dời")
    for kind in WRITTEN_BY_OFFICERS:
        await put_foundation(sender, kind, person_id)
        await created(sender, f"/v1/persons/{person_id}/{kind.collection}", a_fresh(kind))
    move = await asked(sender, person_id)
    answer = await answered(receiver, move)
    assert answer.status_code == 200, answer.text
    return move


class TestAccepted:
    @pytest.mark.parametrize(
        "below", ["", "/responsibilities", "/export", *(f"/{kind.collection}" for kind in WRITTEN_BY_OFFICERS)]
    )
    async def test_the_receiver_alone_sees_everything(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient, moved: Asked, below: str
    ) -> None:
        assert (await receiver.get(moved.path + below)).status_code == 200
        refused(await sender.get(moved.path + below), 404, "not_found")

    async def test_lists_and_searches_follow(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient, moved: Asked
    ) -> None:
        for client, expected in ((receiver, True), (sender, False)):
            found = body_of(await client.post("/v1/persons/search", json={"name": "pham van doi"}))["items"]
            listed = {each["id"] for each in await pages(client, "/v1/persons?limit=500")}
            assert ({each["id"] for each in found} == {moved.person_id}) is expected
            assert (moved.person_id in listed) is expected

    async def test_one_is_in_charge_until_the_day_and_the_other_from_it_on(
        self, receiver: httpx.AsyncClient, moved: Asked
    ) -> None:
        intervals = body_of(await receiver.get(f"{moved.path}/responsibilities"))["items"]

        assert [(each["unit_code"], each["from_on"], each["to_on"]) for each in intervals] == [
            (HERE, "2019-01-01", "2026-11-16"),
            (THERE, "2026-11-16", None),
        ]

    async def test_every_row_of_the_person_is_the_receivers(self, app: FastAPI, moved: Asked) -> None:
        tables = await rows(
            app,
            """
            SELECT table_name FROM information_schema.columns
            WHERE column_name = 'unit_id' AND table_schema = 'public' AND table_name IN (
                SELECT table_name FROM information_schema.columns WHERE column_name = 'person_id'
            ) AND table_name NOT IN ('change_feed', 'task')
            """,
        )
        for (table,) in tables:
            query = f"SELECT DISTINCT unit_id FROM {table} WHERE person_id = :person"  # noqa: S608 - our own tables
            assert await rows(app, query, person=moved.person) in ([], [(unit_of(app, THERE),)]), table

    async def test_both_feeds_are_told_once_of_every_record(self, app: FastAPI, moved: Asked) -> None:
        here, there = unit_of(app, HERE), unit_of(app, THERE)
        told = await rows(
            app,
            """
            SELECT entity, record_id, op, unit_id FROM change_feed
            WHERE person_id = :person AND organisation_id IS NULL AND op IN ('leave', 'enter')
            """,
            person=moved.person,
        )
        left = sorted((entity, str(record)) for entity, record, op, unit in told if (op, unit) == ("leave", here))
        entered = sorted((entity, str(record)) for entity, record, op, unit in told if (op, unit) == ("enter", there))
        assert left == entered
        assert len(left) + len(entered) == len(told)
        kinds = {"person", "residence", "move", *(str(kind.table.__tablename__) for kind in WRITTEN_BY_OFFICERS)}
        assert {entity for entity, _ in left} == kinds
        assert len(set(left)) == len(left)

    async def test_the_answer_is_audited_with_the_person(
        self, app: FastAPI, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        answer = await answered(receiver, await asked(sender))

        left = await audited(app, answer)
        assert {row["entity"] for row in left} == {"person", "move", "task"}
        assert {(row["operation"], row["decision"]) for row in left} == {("settle_task", "allowed")}

    async def test_the_move_itself_is_the_receivers_to_read(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient, moved: Asked
    ) -> None:
        record = body_of(await receiver.get(moved.address))
        assert (record["status"], record["version"]) == ("accepted", 2)
        repeated = await sender.post(f"{moved.path}/moves", json=moved.body)
        assert (repeated.status_code, body_of(repeated)) == (
            200,
            {"id": moved.body["id"], "version": 2, "state": "active"},
        )

    async def test_the_same_answer_again_is_the_same(
        self, app: FastAPI, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        move = await asked(sender)
        task = await request_of(receiver, move)
        for _ in range(2):
            answer = await receiver.post(f"{task}/settle", json={"decision": "approve"})
            assert answer.status_code == 200, answer.text

        assert [row["op"].value for row in await fed(app, move.person_id)].count("enter") == 1
        refused(await receiver.post(f"{task}/settle", json={"decision": "decline"}), 409, "task_not_open")

    async def test_who_came_moves_on_and_back(self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient) -> None:
        move = await asked(sender)
        await answered(receiver, move)

        back = await asked(receiver, move.person_id, to_unit_code=HERE, moved_on="2026-11-20", reason="returned")
        await answered(sender, back)

        intervals = body_of(await sender.get(f"{move.path}/responsibilities"))["items"]
        assert [(each["unit_code"], each["to_on"]) for each in intervals] == [
            (HERE, "2026-11-16"),
            (THERE, "2026-11-20"),
            (HERE, None),
        ]


class TestTasks:
    async def test_what_is_to_be_done_for_the_person_goes_along(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(sender)
        request = await created(sender, f"/v1/persons/{person_id}/subject-requests", a_request())
        move = await asked(sender, person_id)

        await answered(receiver, move)

        due = "/v1/tasks?kind=subject_request_due&limit=500"
        assert request["id"] in {task["record_id"] for task in await pages(receiver, due)}
        assert request["id"] not in {task["record_id"] for task in await pages(sender, due)}
        end = {"answered_on": "2026-11-21", "decision": "granted"}
        answer = await receiver.post(f"{move.path}/subject-requests/{request['id']}/answer", json=end)
        assert answer.status_code == 200
        assert request["id"] not in {task["record_id"] for task in await pages(receiver, due)}

    async def test_what_the_sender_was_told_stays_with_the_sender(
        self, app: FastAPI, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        move = await asked(sender)
        notice = await opened(app, TaskKind.EMERGENCY_NOTICE, person_id=move.person, record_id=uuid4())

        await answered(receiver, move)

        assert (await sender.get(f"/v1/tasks/{notice}")).status_code == 200
        refused(await receiver.get(f"/v1/tasks/{notice}"), 404, "not_found")


class TestDeclined:
    async def test_the_person_stays_and_the_sender_is_told(
        self, app: FastAPI, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        move = await asked(sender)

        await answered(receiver, move, "decline")

        assert body_of(await sender.get(move.address))["status"] == "declined"
        refused(await receiver.get(move.path), 404, "not_found")
        (interval,) = body_of(await sender.get(f"{move.path}/responsibilities"))["items"]
        assert (interval["unit_code"], interval["to_on"]) == (HERE, None)
        (notice,) = await notices_of(sender, move)
        acknowledged = await sender.post(f"/v1/tasks/{notice['id']}/settle", json={"decision": "acknowledge"})
        assert acknowledged.status_code == 200
        assert {row["op"].value for row in await fed(app, move.person_id)} == {"upsert"}
        assert [row["unit_id"] for row in await fed(app, move.body["id"])] == [unit_of(app, HERE)] * 2


class TestWho:
    async def test_who_asked_does_not_answer(self, sign_in: SignIn, sender: httpx.AsyncClient) -> None:
        """Also not with a grant that they were given afterwards."""
        asking = await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY), subject="of two posts")
        move = await asked(asking, await posted_person(sender))
        answering = await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY), subject="of two posts")

        refused(await answered(answering, move), 403, "second_person_required")

    async def test_somebody_voided_is_not_taken_on(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        move = await asked(sender)
        task = await request_of(receiver, move)
        await sender.post(f"{move.path}/void", json={"reason": "Never was."})

        refused(await receiver.get(f"{task}/move"), 404, "not_found")
        refused(await receiver.post(f"{task}/settle", json={"decision": "approve"}), 404, "not_found")

    async def test_organisations_that_treat_keep_what_they_reach(
        self, sign_in: SignIn, manager: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        organisation, person_id = await posted_organisation(manager), await posted_person(manager)
        stay = await posted_episode(manager, person_id, provider_id=organisation)
        officer = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(organisation))

        await answered(receiver, await asked(manager, person_id))

        assert (await officer.get(f"/v1/persons/{person_id}")).status_code == 200
        assert (await officer.get(f"/v1/persons/{person_id}/episodes/{stay['id']}")).status_code == 200
