"""Records of people whose term has passed, as the worker sees them: whose they are and since when, not their words."""

from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.persons import PersonRow
from registry.domain.record import RecordState


class Overdue(NamedTuple):
    """A record whose term has passed: whose it is, the unit in charge of them, and the last day of the term."""

    id: UUID
    person_id: UUID
    unit_id: int
    due_on: date


async def waiting(
    session: AsyncSession,
    table: Any,  # noqa: ANN401 - any table of people's records that have a status
    *,
    status: StrEnum,
    due: str,
    today: date,
) -> list[Overdue]:
    """Name the records in a status whose last day, in the column `due`, has passed: of everybody who is no mistake."""
    due_on = col(getattr(table, due))
    query = (
        select(col(table.id), col(table.person_id), col(table.unit_id), due_on)
        .join(PersonRow, (col(PersonRow.id) == table.person_id) & (col(PersonRow.state) == RecordState.ACTIVE))
        .where(col(table.state) == RecordState.ACTIVE, col(table.status) == status, due_on < today)
    )
    return [Overdue(*found) for found in (await session.exec(query)).all()]
