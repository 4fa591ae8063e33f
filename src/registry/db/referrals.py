"""The referrals that nobody has answered."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.persons import PersonRow
from registry.db.tables.referrals import ReferralRow
from registry.domain.record import RecordState
from registry.domain.referral import ReferralStatus


@dataclass(frozen=True, slots=True)
class Unanswered:
    """What the worker may see of a referral: whose it is and since when it waits, not where to."""

    id: UUID
    person_id: UUID
    unit_id: int
    due_on: date


async def unanswered(session: AsyncSession, *, today: date) -> list[Unanswered]:
    """Name the referrals that should have been answered before today, of everybody who is no mistake."""
    row = ReferralRow
    query = (
        select(col(row.id), col(row.person_id), col(row.unit_id), col(row.answer_due_on))
        .join(PersonRow, (col(PersonRow.id) == row.person_id) & (col(PersonRow.state) == RecordState.ACTIVE))
        .where(row.state == RecordState.ACTIVE, row.status == ReferralStatus.MADE, col(row.answer_due_on) < today)
    )
    return [Unanswered(*found) for found in (await session.exec(query)).all()]
