"""People are locked in one order for all pushes, under however many grants an officer writes."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from registry.api.kinds.cases import FILES, TESTS
from registry.db.engine import transaction
from registry.domain.access import Role
from tests.api.push.pushing import creating, push, statuses
from tests.conftest import TODAY, SignIn
from tests.factories.locks import held, until_waiting
from tests.factories.posted import posted_person

HERE, THERE = ("22015", TODAY), ("22258", TODAY)
LOCKABLE = text("SELECT 1 FROM person WHERE id = CAST(:id AS uuid) FOR UPDATE NOWAIT")


@pytest.fixture
async def of_two(sign_in: SignIn) -> httpx.AsyncClient:
    """One who writes files in one commune, and tests in that one and another."""
    await sign_in(Role.HEALTH_OFFICER, unit=THERE, subject="of-two")
    return await sign_in(Role.COMMUNE_OFFICER, unit=HERE, subject="of-two")


async def test_who_waits_for_one_holds_nobody_who_comes_after(
    app: FastAPI, manager: httpx.AsyncClient, of_two: httpx.AsyncClient
) -> None:
    first, last = sorted([await posted_person(manager), await posted_person(manager)])
    elsewhere = await posted_person(manager, unit_code="22258")
    operations = [creating(FILES, of=last), creating(TESTS, of=first), creating(TESTS, of=elsewhere)]

    async with transaction(app.state.sessions) as watch, held(app.state.sessions, first):
        pushing = asyncio.create_task(push(of_two, *operations))
        await until_waiting(watch)
        async with transaction(app.state.sessions) as other:
            found = await (await other.connection()).execute(LOCKABLE, {"id": last})
            assert found.scalar_one() == 1

    assert statuses(await pushing) == ["applied"] * 3
