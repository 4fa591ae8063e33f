"""Asking for a move: nothing changes until it is answered, and the answer is the receiver's."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import a_move, a_person
from tests.factories.devices import Device
from tests.factories.moving import HERE, THERE, answered, asked, notices_of, request_of, waits
from tests.factories.posted import body_of, corrected, created, posted_person, refused
from tests.factories.tasks import unit_of
from tests.factories.trails import audited, fed


class TestRequest:
    async def test_the_person_stays_with_the_sender(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        move = await asked(sender)

        assert body_of(await sender.get(move.address))["status"] == "requested"
        assert (await sender.get(move.path)).status_code == 200
        for below in ("", "/moves", f"/moves/{move.body['id']}", "/residences"):
            refused(await receiver.get(move.path + below), 404, "not_found")
        (interval,) = body_of(await sender.get(f"{move.path}/responsibilities"))["items"]
        assert interval["to_on"] is None

    async def test_the_feed_has_it_for_the_sender_alone_and_no_pull_tells_of_it(
        self, app: FastAPI, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        devices = Device(sender), Device(receiver)
        for device in devices:
            await device.pull()

        move = await asked(sender)
        await sender.post(f"{move.address}/withdraw", json={"withdrawn_on": "2026-11-20"})

        rows = [(row["op"].value, row["unit_id"]) for row in await fed(app, move.body["id"])]
        assert rows == [("upsert", unit_of(app, HERE))] * 2
        told = [{item["kind"] for item in await device.pull()} for device in devices]
        assert told == [{"person", "residence"}, set()]

    async def test_the_receiver_is_asked_until_the_end_of_the_fifth_working_day(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient, neighbour: httpx.AsyncClient
    ) -> None:
        move = await asked(sender)

        task = body_of(await receiver.get(await request_of(receiver, move)))

        assert (task["kind"], task["unit_code"], task["decisions"]) == ("move_request", THERE, ["approve", "decline"])
        assert task["due_at"] == "2026-11-30T17:00:00Z"
        assert not await waits(neighbour, move)
        assert not await waits(sender, move)

    async def test_it_is_asked_once_however_often_it_is_sent(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        move = await asked(sender)

        assert (await sender.post(f"{move.path}/moves", json=move.body)).status_code == 200
        refused(
            await sender.post(f"{move.path}/moves", json=move.body | {"reason": "other"}), 409, "record_id_conflict"
        )

        assert await waits(receiver, move)

    async def test_one_move_waits_at_a_time(self, sender: httpx.AsyncClient) -> None:
        move = await asked(sender)

        refused(await sender.post(f"{move.path}/moves", json=a_move()), 409, "move_already_open")

    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            ({"moved_on": "2026-11-22"}, "date_in_future", "/moved_on"),
            ({"to_unit_code": "22024"}, "unit_not_in_force", "/to_unit_code"),
            ({"moved_on": "2025-07-01", "to_unit_code": HERE}, "move_to_same_unit", "/to_unit_code"),
            ({"to_unit_code": "99999"}, "unit_unknown", "/to_unit_code"),
        ],
        ids=["in the future", "to a commune that has ended", "to where they are", "to nowhere"],
    )
    async def test_what_cannot_be_is_refused(
        self, sender: httpx.AsyncClient, over: dict[str, Any], code: str, pointer: str
    ) -> None:
        person = f"/v1/persons/{await posted_person(sender)}"

        answer = await sender.post(f"{person}/moves", json=a_move(**over))

        refused(answer, 404 if code.startswith("unit") else 409, code, pointer)

    async def test_the_day_is_after_the_one_on_which_the_sender_took_over(self, sender: httpx.AsyncClient) -> None:
        person = f"/v1/persons/{await posted_person(sender, unit_code=HERE, from_on='2026-11-16')}"

        refused(await sender.post(f"{person}/moves", json=a_move()), 409, "dates_out_of_order", "/moved_on")
        await created(sender, f"{person}/moves", a_move(moved_on="2026-11-17"))

    async def test_only_who_has_the_person_may_ask(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        person = f"/v1/persons/{await posted_person(sender)}"
        health = await sign_in(Role.HEALTH_OFFICER, unit=(HERE, TODAY))

        refused(await receiver.post(f"{person}/moves", json=a_move(to_unit_code=HERE)), 404, "not_found")
        refused(await health.post(f"{person}/moves", json=a_move()), 403, "insufficient_scope")


class TestOffer:
    async def test_the_receiver_is_told_who_and_why_and_nothing_else(
        self, app: FastAPI, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        body = a_person(full_name="Lê Thị Dọn Nhà", birth_date="1988-02-03", phone="0900 111 333")
        await created(sender, "/v1/persons", body)
        move = await asked(sender, body["id"], reason="returned")

        answer = await receiver.get(f"{await request_of(receiver, move)}/move")

        assert body_of(answer) == {
            "full_name": "Lê Thị Dọn Nhà",
            "birth_year": 1988,
            "from_unit_code": HERE,
            "to_unit_code": THERE,
            "moved_on": "2026-11-16",
            "reason": "returned",
            "answer_due_at": "2026-11-30T17:00:00Z",
        }
        (row,) = await audited(app, answer)
        assert (row["operation"], row["person_ids"]) == ("get_offered_move", [move.person])
        assert row["field_groups"] == ["person", "residence"]

    async def test_nobody_else_is_told(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient, neighbour: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        task = await request_of(receiver, await asked(sender))
        health = await sign_in(Role.HEALTH_OFFICER, unit=(THERE, TODAY))

        for stranger in (sender, neighbour):
            refused(await stranger.get(f"{task}/move"), 404, "not_found")
        refused(await health.get(f"{task}/move"), 403, "insufficient_scope")

    @pytest.mark.parametrize("end", ["decline", "withdraw", "void"])
    async def test_nothing_is_told_any_more_once_it_is_over(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient, end: str
    ) -> None:
        move = await asked(sender)
        task = await request_of(receiver, move)

        match end:
            case "decline":
                await answered(receiver, move, "decline")
            case "withdraw":
                await sender.post(f"{move.address}/withdraw", json={"withdrawn_on": "2026-11-21"})
            case _:
                await sender.post(f"{move.address}/void", json={"reason": "The wrong person."})

        refused(await receiver.get(f"{task}/move"), 404, "not_found")


class TestWithdrawal:
    async def test_nobody_is_asked_any_more(self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient) -> None:
        move = await asked(sender)
        task = await request_of(receiver, move)

        for _ in range(2):
            answer = await sender.post(f"{move.address}/withdraw", json={"withdrawn_on": "2026-11-21"})
            assert (answer.status_code, body_of(answer)["status"]) == (200, "withdrawn")

        assert not await waits(receiver, move)
        refused(await receiver.post(f"{task}/settle", json={"decision": "approve"}), 409, "task_not_open")
        assert (await sender.get(move.path)).status_code == 200
        await asked(sender, move.person_id)

    async def test_what_was_answered_is_not_withdrawn(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        move = await asked(sender)
        await answered(receiver, move, "decline")

        answer = await sender.post(f"{move.address}/withdraw", json={"withdrawn_on": "2026-11-21"})

        refused(answer, 409, "move_decided")
        refused(await sender.post(f"{move.address}/void", json={"reason": "Undo."}), 409, "move_decided")
        refused(await corrected(sender, move.address, {"reason": "other"}), 409, "move_decided")


class TestCorrection:
    async def test_who_looked_before_is_asked_anew(
        self, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
    ) -> None:
        move = await asked(sender)
        first = await request_of(receiver, move)

        assert (await corrected(sender, move.address, {"moved_on": "2026-11-17"})).status_code == 200

        refused(await receiver.post(f"{first}/settle", json={"decision": "approve"}), 409, "task_not_open")
        second = await request_of(receiver, move)
        assert body_of(await receiver.get(f"{second}/move"))["moved_on"] == "2026-11-17"

    async def test_the_receiver_stays(self, sender: httpx.AsyncClient) -> None:
        move = await asked(sender)

        answer = await corrected(sender, move.address, {"to_unit_code": "22258"})

        refused(answer, 409, "move_receiver_fixed", "/to_unit_code")


class TestAtOnce:
    async def test_who_is_in_charge_of_both_needs_no_answer(
        self, app: FastAPI, manager: httpx.AsyncClient, neighbour: httpx.AsyncClient
    ) -> None:
        move = await asked(manager, to_unit_code="22258")

        assert body_of(await manager.get(move.address))["status"] == "accepted"
        assert (await neighbour.get(move.path)).status_code == 200
        assert len(await notices_of(neighbour, move)) == 1
        assert not await waits(neighbour, move)
        assert [row["op"].value for row in await fed(app, move.person_id)] == ["upsert", "upsert", "leave", "enter"]

    async def test_while_another_waits_it_is_refused(self, manager: httpx.AsyncClient) -> None:
        move = await asked(manager)

        answer = await manager.post(f"{move.path}/moves", json=a_move(to_unit_code="22258"))

        refused(answer, 409, "move_already_open")
