"""Clients: which software may call. Every query on the table; what a request needs comes with the caller's standing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.clients import ApiClientRow


async def in_use(session: AsyncSession, *, issuer: str, client_id: str) -> ApiClientRow | None:
    """Load the client that is registered under a name, or None."""
    query = select(ApiClientRow).where(
        ApiClientRow.issuer == issuer, ApiClientRow.client_id == client_id, col(ApiClientRow.revoked_at).is_(None)
    )
    return (await session.exec(query)).one_or_none()


async def have_been(session: AsyncSession, *, issuer: str, client_ids: Collection[str]) -> bool:
    """Tell whether any of these names was ever registered."""
    ever = select(ApiClientRow.id).where(ApiClientRow.issuer == issuer, col(ApiClientRow.client_id).in_(client_ids))
    return (await session.exec(ever.limit(1))).first() is not None


async def lock(session: AsyncSession, id: UUID) -> ApiClientRow | None:  # noqa: A002 - the column's name
    """Load one client FOR UPDATE, also one that is revoked, or None."""
    return await session.get(ApiClientRow, id, with_for_update=True)


async def every(session: AsyncSession) -> Sequence[ApiClientRow]:
    """List all clients, also those that are revoked, in the order in which they were added."""
    return (await session.exec(select(ApiClientRow).order_by(col(ApiClientRow.added_at), col(ApiClientRow.id)))).all()


def rotate(row: ApiClientRow, *, key_thumbprint: str | None, at: datetime, by: str) -> None:
    """Note that a client has new keys at its issuer."""
    row.rotated_at, row.rotated_by, row.key_thumbprint = at, by, key_thumbprint


def revoke(row: ApiClientRow, *, at: datetime, by: str) -> None:
    """End a registration now; a second time changes nothing."""
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = at, by
