"""Activities and numbers of people: their lists."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import pages
from registry.db.pages import DatedKey, Window
from registry.db.tables.commune import ActivityRow
from registry.domain.activity import ActivityKind


async def activities(
    session: AsyncSession,
    window: Window[DatedKey],
    *,
    kind: ActivityKind | None,
    first: date | None,
    last: date | None,
) -> Sequence[ActivityRow]:
    """Load activities from one day to another, both included."""
    dated_on = col(ActivityRow.dated_on)
    bounds = [] if first is None else [dated_on >= first]
    if last is not None:
        bounds.append(dated_on <= last)
    return await pages.page(session, ActivityRow, window, *bounds, kind=kind)
