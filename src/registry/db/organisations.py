"""Organisations: every query on the table."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.situation import OrganisationRow
from registry.domain.organisation import OrganisationKind
from registry.domain.record import RecordState


async def exists_active(session: AsyncSession, organisation_id: UUID) -> bool:
    """Tell whether the id names an organisation that is not voided."""
    query = select(OrganisationRow.id).where(
        OrganisationRow.id == organisation_id, OrganisationRow.state == RecordState.ACTIVE
    )
    return (await session.exec(query)).one_or_none() is not None


async def get(session: AsyncSession, organisation_id: UUID) -> OrganisationRow | None:
    """Load one organisation."""
    return await session.get(OrganisationRow, organisation_id)


async def at_work(
    session: AsyncSession, kinds: Collection[OrganisationKind], *, units: Collection[int], on: date
) -> dict[OrganisationKind, int]:
    """Count organisations of some kinds that were founded in these units, of any time, and are at work on a day."""
    row = OrganisationRow
    query = (
        select(row.kind, func.count())
        .where(row.state == RecordState.ACTIVE, col(row.kind).in_(kinds), col(row.site_unit_id).in_(units))
        .where(row.opened_on <= on, or_(col(row.closed_on).is_(None), col(row.closed_on) >= on))
    )
    found = dict((await session.exec(query.group_by(col(row.kind)))).all())
    return {kind: found.get(kind, 0) for kind in kinds}


async def page(
    session: AsyncSession,
    *,
    units: tuple[int, ...] | None,
    kind: OrganisationKind | None,
    limit: int,
    after: tuple[str, UUID] | None,
) -> Sequence[OrganisationRow]:
    """Load organisations in Vietnamese order; one row more than `limit` tells of a next page."""
    row = OrganisationRow
    query = select(row).where(row.state == RecordState.ACTIVE)
    if units is not None:
        query = query.where(col(row.unit_id).in_(units))
    if kind is not None:
        query = query.where(row.kind == kind)
    if after is not None:
        query = query.where(tuple_(col(row.sort_key), col(row.id)) > after)
    return (await session.exec(query.order_by(col(row.sort_key), col(row.id)).limit(limit + 1))).all()
