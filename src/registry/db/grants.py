"""Grants: who holds which role where. Effective and revocable at once, so they are read on every request."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.trail import AccessGrantRow
from registry.domain.access import Grant


async def held(session: AsyncSession, *, issuer: str, subject: str, today: date) -> list[Grant]:
    """Load the grants of a subject that are in force today."""
    query = (
        select(AccessGrantRow)
        .where(
            AccessGrantRow.issuer == issuer, AccessGrantRow.subject == subject, col(AccessGrantRow.revoked_at).is_(None)
        )
        .where(col(AccessGrantRow.from_on) <= today)
        .where(or_(col(AccessGrantRow.to_on).is_(None), col(AccessGrantRow.to_on) >= today))
        .order_by(col(AccessGrantRow.id))
    )
    return [
        Grant(row.id, row.role, row.unit_id, row.organisation_id, row.from_on, row.to_on)
        for row in (await session.exec(query)).all()
    ]


async def get(session: AsyncSession, grant_id: UUID) -> AccessGrantRow | None:
    """Load one grant."""
    return await session.get(AccessGrantRow, grant_id)


async def page(session: AsyncSession, *, subject: str | None, limit: int, after: UUID | None) -> list[AccessGrantRow]:
    """Load one page of grants, by id; one row more than `limit` tells that there is a next page."""
    query = select(AccessGrantRow).order_by(col(AccessGrantRow.id)).limit(limit + 1)
    if subject is not None:
        query = query.where(AccessGrantRow.subject == subject)
    if after is not None:
        query = query.where(col(AccessGrantRow.id) > after)
    return list((await session.exec(query)).all())


async def revoke(session: AsyncSession, grant_id: UUID, *, at: datetime, by: str) -> AccessGrantRow | None:
    """End a grant now; a second time changes nothing."""
    row = (
        await session.exec(select(AccessGrantRow).where(AccessGrantRow.id == grant_id).with_for_update())
    ).one_or_none()
    if row is not None and row.revoked_at is None:
        row.revoked_at, row.revoked_by = at, by
        session.add(row)
    return row
