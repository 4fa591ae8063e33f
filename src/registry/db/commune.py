"""Activities and numbers of people: their lists."""

from collections.abc import Sequence
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import pages
from registry.db.pages import DatedKey, Window
from registry.db.periods import between
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
    return await pages.page(session, ActivityRow, window, *between(ActivityRow.dated_on, first, last), kind=kind)
