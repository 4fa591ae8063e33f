"""Organisations: every query on the table."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.periods import works
from registry.db.tables.situation import OrganisationRow
from registry.domain.organisation import OrganisationKind
from registry.domain.record import RecordState

_IN_USE = text("SELECT app.is_in_use(:organisation)").bindparams(bindparam("organisation", type_=Uuid))


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
) -> Sequence[OrganisationRow]:
    """Load organisations of some kinds that were founded in these units, of any time, and are at work on a day."""
    row = OrganisationRow
    query = (
        select(row)
        .where(row.state == RecordState.ACTIVE, works(row, on=on))
        .where(col(row.kind).in_(kinds), col(row.site_unit_id).in_(units))
        .order_by(col(row.sort_key), col(row.id))
    )
    return (await session.exec(query)).all()


async def hold(session: AsyncSession, organisation_id: UUID) -> None:
    """Lock an organisation: records that name it and are still being written are waited for, new ones wait."""
    await session.exec(select(OrganisationRow.id).where(OrganisationRow.id == organisation_id).with_for_update())


async def is_in_use(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether records that are not voided name an organisation. Past every policy: their people may have moved."""
    return bool(await (await session.connection()).scalar(_IN_USE, {"organisation": organisation_id}))
