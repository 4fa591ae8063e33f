"""Counselling sessions, as those find them who name one: held still, and with what rests on them."""

from datetime import date
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import visible
from registry.db.tables.counselling import CounsellingSessionRow
from registry.domain.access import Scope

_IS_ATTENDED = text("SELECT app.is_attended(:session)").bindparams(bindparam("session", type_=Uuid))


async def hold(session: AsyncSession, session_id: UUID, *, scope: Scope, today: date) -> CounsellingSessionRow | None:
    """Load a session, or None if it is absent or out of scope; nobody changes or voids it until the caller is done.

    Whoever is changing it is waited for, and what they left is loaded, also over what this transaction had seen.
    """
    row = CounsellingSessionRow
    query = select(row).where(row.id == session_id, visible(row, scope, today=today)).with_for_update(read=True)
    return (await session.exec(query.execution_options(populate_existing=True))).one_or_none()


async def is_attended(session: AsyncSession, session_id: UUID) -> bool:
    """Whether anybody is recorded as having attended.

    Past every policy: an organisation reaches nobody for good, and people move away, yet figures count them.
    """
    return bool(await (await session.connection()).scalar(_IS_ATTENDED, {"session": session_id}))
