"""A move that nobody answers: the person stays, and who asked is told."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from registry.domain.task import TaskKind, TaskState
from registry.worker.job import ISSUER
from tests.conftest import NOW, TODAY, SignIn
from tests.factories.clock import Clock
from tests.factories.moving import HERE, THERE, answered, asked, notices_of, request_of
from tests.factories.posted import body_of, refused
from tests.factories.stored import rows
from tests.worker.conftest import Hire
from tests.worker.test_jobs import run_all

DUE = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
async def sender(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY))


@pytest.fixture(scope="module")
async def receiver(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY))


async def test_it_is_over_when_it_was_due_and_no_sooner(
    app: FastAPI, sender: httpx.AsyncClient, receiver: httpx.AsyncClient, hire: Hire, clock: Clock
) -> None:
    move, other = await asked(sender), await asked(sender)
    await answered(receiver, other, "decline")
    task = await request_of(receiver, move)

    clock.move(DUE - NOW - timedelta(seconds=1))
    await run_all(hire)
    assert body_of(await sender.get(move.address))["status"] == "requested"

    clock.move(timedelta(minutes=2))
    await run_all(hire)
    await run_all(hire)

    assert body_of(await sender.get(move.address))["status"] == "expired"
    assert body_of(await sender.get(other.address))["status"] == "declined"
    assert (await sender.get(move.path)).status_code == 200
    assert body_of(await receiver.get(task))["state"] == TaskState.EXPIRED
    (notice,) = await notices_of(sender, move)
    assert (notice["kind"], notice["opened_by"]) == (TaskKind.MOVE_NOTICE, f"{ISSUER}|moves_expired")
    audited = "SELECT issuer, subject, person_ids FROM audit_event WHERE record_id = :move AND issuer = :worker"
    told = await rows(app, audited, move=move.body["id"], worker=ISSUER)
    assert told == [(ISSUER, "moves_expired", [move.person])]
    await asked(sender, move.person_id)


async def test_nobody_answers_after_it_was_due_whether_a_worker_has_been_there_or_not(
    app: FastAPI, sender: httpx.AsyncClient, receiver: httpx.AsyncClient
) -> None:
    move = await asked(sender)
    task = await request_of(receiver, move)
    for table, due, record in (("move", "answer_due_at", "id"), ("task", "due_at", "record_id")):
        statement = f"UPDATE {table} SET {due} = :now WHERE {record} = :move"  # noqa: S608 - our own tables
        await rows(app, statement, now=NOW, move=move.body["id"])

    refused(await receiver.get(f"{task}/move"), 404, "not_found")
    refused(await receiver.post(f"{task}/settle", json={"decision": "approve"}), 409, "task_not_open")
    assert (await sender.get(move.path)).status_code == 200
