"""The map in the database, read once into the `Atlas` that answers every request."""

from dataclasses import fields
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlmodel import SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.units import MapEditionRow, UnitOnRow, UnitSuccessionRow, UnitVersionRow
from registry.domain.atlas import Atlas
from registry.domain.unit import Certainty, Edition, Placement, Succession, UnitVersion
from registry.domain.unit_map import MapData

Part = TypeVar("Part", Edition, UnitVersion, Succession, Placement)


async def load_atlas(session: AsyncSession) -> Atlas:
    """Read the whole map."""
    return Atlas(await load_map(session))


async def load_map(session: AsyncSession) -> MapData:
    """Read the map's rows, each part in the order of its keys."""
    return MapData(
        editions=await _read(session, MapEditionRow, Edition),
        versions=await _read(session, UnitVersionRow, UnitVersion),
        successions=await _read(session, UnitSuccessionRow, Succession),
        placements=await _read(session, UnitOnRow, Placement, col(UnitOnRow.certainty) != Certainty.SAME),
    )


async def _read(
    session: AsyncSession, row: type[SQLModel], part: type[Part], condition: ColumnElement[bool] | None = None
) -> tuple[Part, ...]:
    """Read columns straight into the values they were written from, past the ORM: there are many."""
    table = SQLModel.metadata.tables[str(row.__tablename__)]
    query = select(*(table.c[field.name] for field in fields(part))).order_by(*table.primary_key)
    if condition is not None:
        query = query.where(condition)
    rows = await (await session.connection()).execute(query)
    return tuple(part(*values) for values in rows)
