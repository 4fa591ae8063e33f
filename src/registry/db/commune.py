"""Activities and numbers of people: their lists."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import col, func, not_
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import pages
from registry.db.pages import DatedKey, Window
from registry.db.periods import between
from registry.db.tables.commune import ActivityRow
from registry.domain.activity import ActivityKind, ActivityStage


async def activities(
    session: AsyncSession,
    window: Window[DatedKey],
    *,
    kind: ActivityKind | None,
    stage: ActivityStage | None,
    settled: bool | None,
    first: date | None,
    last: date | None,
) -> Sequence[ActivityRow]:
    """Load activities from one day to another, both included, or of these what an inspection found, settled or not."""
    row = ActivityRow
    conditions = between(row.dated_on, first, last)
    if settled is not None:
        is_settled = col(row.settled_on).is_not(None)
        conditions += [func.cardinality(row.findings) > 0, is_settled if settled else not_(is_settled)]
    return await pages.page(session, row, window, *conditions, kind=kind, stage=stage)
