"""Two communes, and people who move between them."""

from uuid import UUID

from fastapi import FastAPI

from registry.db import context, feed
from registry.db.engine import transaction
from registry.db.tables.persons import PersonRow
from registry.domain.access import UnitScope
from tests.conftest import TODAY

HERE, THERE = "22015", "22258"


async def moved(app: FastAPI, person_id: str, *codes: str) -> None:
    """Move a person from one commune to another."""
    old, new = (app.state.atlas.resolve(code, TODAY).unit_id for code in codes)
    async with transaction(app.state.sessions) as session:
        row = await session.get_one(PersonRow, UUID(person_id))
        row.unit_id = new
        await session.flush()
        await context.enter(session, UnitScope(tuple(sorted((old, new)))), today=TODAY)
        await feed.move(session, person_id=row.id, from_unit=old, to_unit=new)
