"""The database erases nobody without an order of this very person that a second one has approved just now."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import context, erasure, persons
from registry.db.context import DatabaseRole
from registry.db.tables.persons import PersonRow
from registry.domain.access import Role, UnitScope
from registry.domain.task import TaskState
from tests.conftest import TODAY, SignIn
from tests.factories.erasures import an_approved_order
from tests.factories.posted import posted_person
from tests.factories.rows import ACT, AT
from tests.factories.tasks import unit_of

BY_ORDER = text("SELECT app.erase_by_order(:person, :order, :author, :at, :today)")
WITHOUT_ORDER = text("SELECT app.erase_person(:person, :author, :at, :today)")


@pytest.fixture
async def person_id(sign_in: SignIn) -> UUID:
    """Somebody of a commune of old Phú Yên."""
    return UUID(await posted_person(await sign_in(Role.PROVINCE_MANAGER)))


@asynccontextmanager
async def acting(app: FastAPI) -> AsyncIterator[AsyncSession]:
    """Act for that commune in a transaction that is rolled back."""
    async with app.state.sessions() as session:
        await context.enter(session, UnitScope((unit_of(app, "22015"),)), today=TODAY)
        yield session
        await session.rollback()


async def locked(app: FastAPI, session: AsyncSession, person_id: UUID) -> PersonRow:
    scope = UnitScope((unit_of(app, "22015"),))
    row = await persons.lock(session, person_id, scope=scope, today=TODAY)
    assert row is not None
    return row


async def call(session: AsyncSession, person_id: UUID, order: UUID) -> None:
    asked = {"person": person_id, "order": order, "author": ACT.author, "at": AT, "today": TODAY}
    await (await session.connection()).execute(BY_ORDER, asked)


async def test_an_approved_order_erases(app: FastAPI, person_id: UUID) -> None:
    async with acting(app) as session:
        row = await locked(app, session, person_id)
        await call(session, person_id, await an_approved_order(session, row))

        name = await (await session.connection()).scalar(text(f"SELECT full_name FROM person WHERE id = '{person_id}'"))  # noqa: S608 - our own id
        assert name == ""


@pytest.mark.parametrize(
    "over",
    [
        {"state": TaskState.OPEN, "settled_at": None, "settled_by": None},
        {"state": TaskState.DECLINED},
        {"settled_by": "urn:tests|a third officer"},
        {"settled_at": AT - timedelta(days=1)},
        {"person_id": uuid4()},
        {"record_id": uuid4()},
    ],
    ids=["open", "declined", "approved by another", "approved before", "of another person", "of another order"],
)
async def test_an_order_that_is_not_approved_does_not(app: FastAPI, person_id: UUID, over: dict[str, Any]) -> None:
    async with acting(app) as session:
        order = await an_approved_order(session, await locked(app, session, person_id), **over)
        with pytest.raises(DBAPIError, match="no order to erase this person is approved"):
            await call(session, person_id, order)


async def test_the_order_of_another_person_does_not(app: FastAPI, sign_in: SignIn, person_id: UUID) -> None:
    other = UUID(await posted_person(await sign_in(Role.PROVINCE_MANAGER)))
    async with acting(app) as session:
        order = await an_approved_order(session, await locked(app, session, other))
        with pytest.raises(DBAPIError, match="no order to erase this person is approved"):
            await call(session, person_id, order)


async def test_a_person_out_of_scope_is_not_erased(app: FastAPI, person_id: UUID) -> None:
    async with acting(app) as session:
        order = await an_approved_order(session, await locked(app, session, person_id))
        await context.enter(session, UnitScope((unit_of(app, "00004"),)), today=TODAY)
        with pytest.raises(DBAPIError, match="out of scope"):
            await call(session, person_id, order)


async def test_nobody_goes_around_the_order(app: FastAPI, person_id: UUID) -> None:
    async with acting(app) as session:
        asked = {"person": person_id, "author": ACT.author, "at": AT, "today": TODAY}
        with pytest.raises(DBAPIError, match="permission denied"):
            await (await session.connection()).execute(WITHOUT_ORDER, asked)


@pytest.mark.parametrize("role", [role for role in DatabaseRole if role is not DatabaseRole.UNITS])
async def test_no_other_role_erases(app: FastAPI, person_id: UUID, role: DatabaseRole) -> None:
    async with app.state.sessions() as session:
        await (await session.connection()).execute(text(f"SET LOCAL ROLE {role}"))
        with pytest.raises(DBAPIError, match="permission denied"):
            await call(session, person_id, uuid4())


async def test_the_module_asks_for_an_order(app: FastAPI, person_id: UUID) -> None:
    async with acting(app) as session:
        row = await locked(app, session, person_id)
        with pytest.raises(DBAPIError, match="no order to erase this person is approved"):
            await erasure.erase(session, row, ACT, by_order=uuid4(), today=TODAY)
