"""Organisations: every query on the table."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.periods import works
from registry.db.tables.situation import OrganisationRow
from registry.domain.organisation import OrganisationKind
from registry.domain.record import RecordState

_IN_USE = text("SELECT app.is_in_use(:organisation)").bindparams(bindparam("organisation", type_=Uuid))
_LEAVES_OPEN = text("SELECT app.leaves_open(:organisation, :closed)").bindparams(
    bindparam("organisation", type_=Uuid), bindparam("closed", type_=Date)
)


async def exists_active(session: AsyncSession, organisation_id: UUID) -> bool:
    """Tell whether the id names an organisation that is not voided."""
    query = select(OrganisationRow.id).where(
        OrganisationRow.id == organisation_id, OrganisationRow.state == RecordState.ACTIVE
    )
    return (await session.exec(query)).one_or_none() is not None


async def get(session: AsyncSession, organisation_id: UUID) -> OrganisationRow | None:
    """Load one organisation."""
    return await session.get(OrganisationRow, organisation_id)


async def closed_on(session: AsyncSession, organisation_id: UUID) -> date | None:
    """Ask for the last day of an organisation, as it is now; None while its work goes on."""
    return (await session.get_one(OrganisationRow, organisation_id, populate_existing=True)).closed_on


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


async def leaves_open(session: AsyncSession, organisation_id: UUID, *, closed_on: date) -> bool:
    """Whether memberships, accompaniments or appointments go on after a last day. Past every policy as well."""
    asked = {"organisation": organisation_id, "closed": closed_on}
    return bool(await (await session.connection()).scalar(_LEAVES_OPEN, asked))
