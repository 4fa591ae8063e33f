"""Reach that ends by the mere passing of time: the organisation's devices are told."""

import asyncio
from datetime import timedelta

import httpx
from fastapi import FastAPI

from registry.worker.jobs import JOBS
from tests.factories.clock import Clock
from tests.factories.posted import posted_episode, posted_organisation, posted_person
from tests.factories.trails import fed
from tests.worker.conftest import Hire

LINGER = timedelta(days=90)


async def run_all(hire: Hire) -> None:
    worker = hire(*JOBS)
    await worker.prepare()
    await worker.run_due(asyncio.Event())


async def told(app: FastAPI, record_id: str) -> list[str]:
    return [row["op"].value for row in await fed(app, record_id) if row["organisation_id"] is not None]


async def test_the_organisation_is_told_once_and_not_while_another_stay_lasts(
    app: FastAPI, manager: httpx.AsyncClient, hire: Hire, clock: Clock
) -> None:
    clinic = await posted_organisation(manager)
    ended, treated = await posted_person(manager), await posted_person(manager)
    over = {"provider_id": clinic, "ended_on": "2026-11-20", "outcome": "completed"}
    stay = await posted_episode(manager, ended, **over)
    await posted_episode(manager, treated, **over)
    await posted_episode(manager, treated, provider_id=clinic, modality="methadone")

    await run_all(hire)
    before = await told(app, ended)
    clock.move(LINGER)
    for _ in range(2):
        await run_all(hire)

    assert before == ["enter"]
    assert await told(app, ended) == ["enter", "leave"]
    assert await told(app, stay["id"]) == ["upsert", "leave"]
    assert await told(app, treated) == ["enter"]
