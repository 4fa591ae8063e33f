"""Services and referrals: the directory, and the referrals that nobody has answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.referrals import ReferralRow, SupportServiceRow
from registry.domain.record import RecordState
from registry.domain.referral import ReferralStatus, ServiceKind


async def page_of_services(
    session: AsyncSession,
    *,
    units: tuple[int, ...] | None,
    kind: ServiceKind | None,
    on: date | None,
    limit: int,
    after: tuple[date, UUID] | None,
) -> Sequence[SupportServiceRow]:
    """Load services in the order in which they began; one row more than `limit` tells of a next page."""
    row = SupportServiceRow
    query = select(row).where(row.state == RecordState.ACTIVE)
    if units is not None:
        query = query.where(col(row.unit_id).in_(units))
    if kind is not None:
        query = query.where(row.kind == kind)
    if on is not None:
        query = query.where(row.from_on <= on, or_(col(row.to_on).is_(None), col(row.to_on) >= on))
    if after is not None:
        query = query.where(tuple_(col(row.from_on), col(row.id)) > after)
    return (await session.exec(query.order_by(col(row.from_on), col(row.id)).limit(limit + 1))).all()


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What the worker may see of a referral: whose it is and since when it waits, not where to."""

    id: UUID
    person_id: UUID
    unit_id: int
    due_on: date


async def unanswered(session: AsyncSession, *, today: date) -> list[Unanswered]:
    """Name the referrals that should have been answered before today, whosever they are."""
    row = ReferralRow
    query = select(col(row.id), col(row.person_id), col(row.unit_id), col(row.answer_due_on)).where(
        row.state == RecordState.ACTIVE, row.status == ReferralStatus.MADE, col(row.answer_due_on) < today
    )
    return [Unanswered(*found) for found in (await session.exec(query)).all()]
