"""Two at the same time: whatever the order, the person is in one place and both sides agree on which."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from registry.db.engine import transaction
from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import a_file, a_move
from tests.factories.locks import held, until_waiting
from tests.factories.moving import THERE, Asked, asked, request_of, waits
from tests.factories.posted import MERGE_PATCH, body_of, posted_person
from tests.factories.trails import fed

APPROVE = {"decision": "approve"}


@pytest.fixture(scope="module")
async def colleague(sign_in: SignIn) -> httpx.AsyncClient:
    """Another officer of the receiving commune."""
    return await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY), subject="colleague")


async def seen_by(move: Asked, *clients: httpx.AsyncClient) -> list[bool]:
    return [(await client.get(move.path)).status_code == 200 for client in clients]


async def test_of_two_requests_one_waits(
    sender: httpx.AsyncClient, receiver: httpx.AsyncClient, neighbour: httpx.AsyncClient
) -> None:
    person = await posted_person(sender)
    moves = [Asked(person, a_move()), Asked(person, a_move(to_unit_code="22258"))]

    answers = await asyncio.gather(*(sender.post(f"{move.path}/moves", json=move.body) for move in moves))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert [await waits(receiver, moves[0]), await waits(neighbour, moves[1])].count(True) == 1


async def test_of_two_officers_who_accept_one_does(
    app: FastAPI, sender: httpx.AsyncClient, receiver: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    move = await asked(sender)
    task = await request_of(receiver, move)

    answers = await asyncio.gather(*(each.post(f"{task}/settle", json=APPROVE) for each in (receiver, colleague)))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [row["op"].value for row in await fed(app, move.person_id)].count("enter") == 1
    assert len(body_of(await receiver.get(f"{move.path}/responsibilities"))["items"]) == 2


async def test_accepted_or_withdrawn_and_never_both(sender: httpx.AsyncClient, receiver: httpx.AsyncClient) -> None:
    for _ in range(4):
        move = await asked(sender)
        task = await request_of(receiver, move)

        accepted, withdrawn = await asyncio.gather(
            receiver.post(f"{task}/settle", json=APPROVE),
            sender.post(f"{move.address}/withdraw", json={"withdrawn_on": "2026-11-21"}),
        )

        assert {accepted.status_code, withdrawn.status_code} <= {200, 404, 409, 503}
        assert [accepted.status_code, withdrawn.status_code].count(200) == 1
        status = "accepted" if accepted.is_success else "withdrawn"
        assert await seen_by(move, receiver, sender) == [accepted.is_success, withdrawn.is_success]
        holder = receiver if accepted.is_success else sender
        assert body_of(await holder.get(move.address))["status"] == status


async def test_nobody_agrees_to_what_was_corrected_meanwhile(
    sender: httpx.AsyncClient, receiver: httpx.AsyncClient
) -> None:
    for _ in range(4):
        move = await asked(sender)
        task = await request_of(receiver, move)
        headers = {"If-Match": '"v1-residence"', "Content-Type": MERGE_PATCH}

        accepted, corrected = await asyncio.gather(
            receiver.post(f"{task}/settle", json=APPROVE),
            sender.patch(move.address, json={"moved_on": "2026-11-18"}, headers=headers),
        )

        assert [accepted.is_success, corrected.is_success] in ([True, False], [False, True])
        assert await seen_by(move, receiver, sender) == [accepted.is_success, corrected.is_success]
        if accepted.is_success:
            intervals = body_of(await receiver.get(f"{move.path}/responsibilities"))["items"]
            assert intervals[-1]["from_on"] == "2026-11-16"


async def test_what_is_recorded_meanwhile_goes_along(
    app: FastAPI, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
) -> None:
    move = await asked(sender)
    task, file = await request_of(receiver, move), a_file()
    async with held(app.state.sessions, move.person_id), transaction(app.state.sessions) as watch:
        recording = asyncio.create_task(sender.post(f"{move.path}/files", json=file))
        await until_waiting(watch, 1)
        accepting = asyncio.create_task(receiver.post(f"{task}/settle", json=APPROVE))
        await until_waiting(watch, 2)

    assert (await recording).status_code == 201
    assert (await accepting).status_code == 200
    assert (await receiver.get(f"{move.path}/files/{file['id']}")).status_code == 200
    assert {row["op"].value for row in await fed(app, file["id"])} == {"upsert", "leave", "enter"}


async def test_what_comes_too_late_is_refused(
    app: FastAPI, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
) -> None:
    move = await asked(sender)
    task, file = await request_of(receiver, move), a_file()
    async with held(app.state.sessions, move.person_id), transaction(app.state.sessions) as watch:
        accepting = asyncio.create_task(receiver.post(f"{task}/settle", json=APPROVE))
        await until_waiting(watch, 1)
        recording = asyncio.create_task(sender.post(f"{move.path}/files", json=file))
        await until_waiting(watch, 2)

    assert (await accepting).status_code == 200
    assert (await recording).status_code == 404
    assert await fed(app, file["id"]) == []
