"""Organisations with a table of their own: their lists."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import pages
from registry.db.pages import NamedKey, Window
from registry.db.periods import works
from registry.db.tables.network import OwnOrganisation
from registry.domain.record import RecordState

R = TypeVar("R", bound=OwnOrganisation)


async def page(
    session: AsyncSession,
    table: type[R],
    window: Window[NamedKey],
    *conditions: ColumnElement[bool],
    on: date | None,
) -> Sequence[R]:
    """Load those at work on a day, in Vietnamese order."""
    there = () if on is None else (works(table, on=on),)
    return await pages.page(session, table, window, *there, *conditions)


async def standing_in(session: AsyncSession, table: type[R], unit_id: int, *, without: UUID) -> Sequence[R]:
    """Load those that are placed in a unit today, but for one. The caller has checked the scope."""
    query = select(table).where(table.unit_id == unit_id, table.state == RecordState.ACTIVE, table.id != without)
    return (await session.exec(query)).all()
