"""Erasing a person behind the application's back, and looking at what is left."""

from datetime import date
from uuid import UUID

from fastapi import FastAPI

from registry.db import context, erasure, persons
from registry.db.context import closed_transaction
from registry.domain.access import UnitScope
from tests.conftest import TODAY
from tests.factories.erasures import an_approved_order
from tests.factories.rows import ACT
from tests.factories.stored import Row, rows

SECRETS = {
    "full_name": "Nguyễn Thị Bí Mật",
    "alias": "Tư Bí",
    "birth_date": "1987-06-05",
    "birthplace": "Xóm Bí Mật",
    "ethnicity": "Ê-đê",
    "occupation": "Thợ bí mật",
    "phone": "0900 123 987",
    "address": "99 ngõ Bí Mật",
    "number": "054187999123",
    "other_number": "054187999124",
    "reason": "Lý do bí mật",
    "decision": "77/QĐ-BÍ",
}


async def erase(app: FastAPI, person_id: str, *, today: date = TODAY) -> None:
    """Erase a person as an officer in charge of every unit."""
    scope = UnitScope(tuple(unit for (unit,) in await rows(app, "SELECT id FROM unit ORDER BY id")))
    async with closed_transaction(app.state.sessions) as session:
        await context.enter(session, scope, today=today)
        row = await persons.lock(session, UUID(person_id), scope=scope, today=today)
        assert row is not None
        order = await an_approved_order(session, row)
        await erasure.erase(session, row, ACT, by_order=order, today=today)


async def held(app: FastAPI, table: str, person_id: str) -> list[Row]:
    owner = "id" if table == "person" else "person_id"
    statement = f"SELECT to_jsonb(held) FROM {table} AS held WHERE {owner} = :person"  # noqa: S608 - our own tables
    return await rows(app, statement, person=UUID(person_id))
