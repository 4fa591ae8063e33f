"""How far the passes over everybody are, which put people into groups and look for duplicates among them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.worker import MatchPassRow

START = UUID(int=0)


async def begin(session: AsyncSession, name: str, *, made_by: bytes, at: datetime) -> None:
    """Begin a pass anew, from the first person on."""
    fresh = {"made_by": made_by, "last_id": START, "people": 0, "found": 0, "begun_at": at, "finished_at": None}
    row = insert(MatchPassRow).values(name=name, **fresh)
    await session.exec(row.on_conflict_do_update(index_elements=["name"], set_=fresh))


async def hold(session: AsyncSession, name: str) -> MatchPassRow | None:
    """Hold a pass for the rest of the transaction: several who work on it take turns. None where none was begun."""
    query = select(MatchPassRow).where(MatchPassRow.name == name)
    return (await session.exec(query.with_for_update().execution_options(populate_existing=True))).one_or_none()


async def every(session: AsyncSession) -> Sequence[MatchPassRow]:
    """Load all passes by name."""
    return (await session.exec(select(MatchPassRow).order_by(col(MatchPassRow.name)))).all()
