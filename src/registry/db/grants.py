"""Grants: who holds which role where. What a request needs of them comes with the caller's standing."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import and_, col, or_, select, true
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.situation import OrganisationRow
from registry.db.tables.trail import AccessGrantRow
from registry.domain.access import Grant


@dataclass(frozen=True, slots=True)
class Reach:
    """What an administrator oversees: grants on these units, and those for organisations placed in those."""

    granted_units: AbstractSet[int]
    organisation_units: AbstractSet[int]


async def add(session: AsyncSession, row: AccessGrantRow) -> tuple[AccessGrantRow, bool]:
    """Add a grant unless a request still under way takes its id; give the grant of that id, and whether it is new."""
    added = insert(AccessGrantRow).values(row.model_dump()).on_conflict_do_nothing(index_elements=["id"])
    is_new = (await session.exec(added.returning(col(AccessGrantRow.id)))).one_or_none() is not None
    return await session.get_one(AccessGrantRow, row.id), is_new


async def get(session: AsyncSession, grant_id: UUID, *, within: Reach | None) -> AccessGrantRow | None:
    """Load one grant, or None if it is absent or out of reach."""
    query = select(AccessGrantRow).where(AccessGrantRow.id == grant_id, _overseen(within))
    return (await session.exec(query)).one_or_none()


async def named_units(session: AsyncSession) -> Sequence[int]:
    """List the units that grants are on."""
    unit_id = col(AccessGrantRow.unit_id)
    return [unit for unit in await session.exec(select(unit_id).distinct()) if unit is not None]


async def of_ids(session: AsyncSession, ids: Iterable[UUID]) -> Sequence[AccessGrantRow]:
    """Load grants by their ids, also those that are over."""
    return (await session.exec(select(AccessGrantRow).where(col(AccessGrantRow.id).in_(ids)))).all()


async def on_units(session: AsyncSession, units: Sequence[int], *, today: date) -> Sequence[Grant]:
    """Load the grants on certain units that are in force today."""
    query = select(AccessGrantRow).where(col(AccessGrantRow.unit_id).in_(units), _in_force(today))
    return [_to_domain(row) for row in (await session.exec(query)).all()]


async def page(
    session: AsyncSession, *, within: Reach | None, subject: str | None, limit: int, after: UUID | None
) -> Sequence[AccessGrantRow]:
    """Load one page of grants, by id; one row more than `limit` tells that there is a next page."""
    query = select(AccessGrantRow).where(_overseen(within)).order_by(col(AccessGrantRow.id)).limit(limit + 1)
    if subject is not None:
        query = query.where(AccessGrantRow.subject == subject)
    if after is not None:
        query = query.where(col(AccessGrantRow.id) > after)
    return (await session.exec(query)).all()


async def names_subject(session: AsyncSession, *, issuer: str, subject: str, within: Reach | None) -> bool:
    """Tell whether a grant within reach, in force or not, names a subject."""
    query = select(AccessGrantRow.id).where(
        AccessGrantRow.issuer == issuer, AccessGrantRow.subject == subject, _overseen(within)
    )
    return (await session.exec(query.limit(1))).one_or_none() is not None


async def revoke(session: AsyncSession, grant_id: UUID, *, at: datetime, by: str) -> AccessGrantRow:
    """End a grant now; a second time changes nothing."""
    locking = select(AccessGrantRow).where(AccessGrantRow.id == grant_id).with_for_update()
    locking = locking.execution_options(populate_existing=True)  # another may have revoked it while we waited
    row = (await session.exec(locking)).one()
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = at, by
        session.add(row)
    return row


def _in_force(today: date) -> ColumnElement[bool]:
    begun_and_not_over = and_(
        col(AccessGrantRow.from_on) <= today,
        or_(col(AccessGrantRow.to_on).is_(None), col(AccessGrantRow.to_on) >= today),
    )
    return and_(col(AccessGrantRow.revoked_at).is_(None), begun_and_not_over)


def _to_domain(row: AccessGrantRow) -> Grant:
    return Grant(row.id, row.role, row.unit_id, row.organisation_id, row.from_on, row.to_on)


def _overseen(within: Reach | None) -> ColumnElement[bool]:
    if within is None:
        return true()
    placed = select(OrganisationRow.id).where(col(OrganisationRow.unit_id).in_(within.organisation_units))
    return or_(col(AccessGrantRow.unit_id).in_(within.granted_units), col(AccessGrantRow.organisation_id).in_(placed))
