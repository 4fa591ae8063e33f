"""Locks that a test holds, and statements that wait for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.engine import Sessions, transaction
from registry.db.tables.persons import PersonRow
from tests.factories.posted import MERGE_PATCH, posted_person

_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


@asynccontextmanager
async def held(sessions: Sessions, row_id: str, *, table: type[SQLModel] = PersonRow) -> AsyncIterator[None]:
    """Hold a row, as another write would."""
    async with transaction(sessions) as work:
        await work.get_one(table, UUID(row_id), with_for_update=True)
        yield


async def until_waiting(watch: AsyncSession, statements: int = 1) -> None:
    """Return once so many statements wait for a lock."""
    connection = await watch.connection()
    async with asyncio.timeout(10):
        while await connection.scalar(_WAITING) < statements:
            await asyncio.sleep(0.01)
            await connection.execute(text("SELECT pg_stat_clear_snapshot()"))  # or it sees its first look for ever


@asynccontextmanager
async def waiting_write(app: FastAPI, client: httpx.AsyncClient) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """Have a write wait in the database, for as long as this lasts."""
    person_id = await posted_person(client)
    headers = {"If-Match": '"v1-person"', "Content-Type": MERGE_PATCH}
    async with held(app.state.sessions, person_id):
        change = asyncio.create_task(
            client.patch(f"/v1/persons/{person_id}", content=b'{"occupation": "fisher"}', headers=headers)
        )
        async with transaction(app.state.sessions) as watch:
            await until_waiting(watch)
        yield change


@asynccontextmanager
async def busy(app: FastAPI, client: httpx.AsyncClient) -> AsyncIterator[None]:
    """Keep the only place taken by a write that waits in the database."""
    async with waiting_write(app, client) as change:
        yield
    await change
