"""Whether attendances rest on a counselling session."""

from datetime import date
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import visible
from registry.db.tables.counselling import AttendanceRow
from registry.domain.access import Scope
from registry.domain.record import RecordState


async def is_attended(session: AsyncSession, session_id: UUID, *, scope: Scope, today: date) -> bool:
    """Whether somebody in reach is recorded as having attended."""
    row = AttendanceRow
    query = select(row.id).where(
        visible(row, scope, today=today), row.session_id == session_id, row.state == RecordState.ACTIVE
    )
    return (await session.exec(query.limit(1))).one_or_none() is not None
