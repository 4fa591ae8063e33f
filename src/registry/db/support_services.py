"""Services to which people are referred: the queries on their table that no record kind has of itself."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.referrals import SupportServiceRow
from registry.domain.referral import ServiceKind


async def of_kinds(session: AsyncSession, services: Collection[UUID], kinds: Collection[ServiceKind]) -> set[UUID]:
    """Find those of some services that are of certain kinds, voided ones too."""
    row = SupportServiceRow
    named = col(row.id) == any_(literal(list(services), ARRAY(Uuid())))
    return set((await session.exec(select(row.id).where(named, col(row.kind).in_(kinds)))).all())
