"""Instants before which no token of a subject counts: only added to."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.clients import TokenRevocationRow


async def get(session: AsyncSession, id: UUID) -> TokenRevocationRow | None:  # noqa: A002 - the column's name
    """Load one revocation, or None."""
    return await session.get(TokenRevocationRow, id)


async def add(session: AsyncSession, row: TokenRevocationRow) -> tuple[TokenRevocationRow, bool]:
    """Add a revocation unless its id is taken meanwhile; give the one of that id, and whether it is new."""
    added = insert(TokenRevocationRow).values(row.model_dump()).on_conflict_do_nothing(index_elements=["id"])
    is_new = (await session.exec(added.returning(col(TokenRevocationRow.id)))).one_or_none() is not None
    return await session.get_one(TokenRevocationRow, row.id), is_new
