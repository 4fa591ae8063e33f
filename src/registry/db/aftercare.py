"""Aftercare: the queries that its rules need."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.cases import DeterminationRow
from registry.db.tables.persons import PersonRow
from registry.domain.aftercare import Aftercare, AftercareOutcome, AftercarePlace
from registry.domain.health import DeterminationResult
from registry.domain.record import RecordState

_OF_ROOT = text("SELECT * FROM app.aftercares_of(:root)").bindparams(bindparam("root", type_=Uuid))


async def of_root(session: AsyncSession, root_id: UUID) -> Sequence[Aftercare]:
    """Load every term of aftercare, voided ones left out, of all who were merged into one person.

    Past every policy: who treats a person sees no aftercare, but must not change the course under it.
    Nothing of what is read here is shown.
    """
    rows = await (await session.connection()).execute(_OF_ROOT, {"root": root_id})
    return [
        Aftercare(
            id=row.id,
            course_id=row.course_id,
            place=AftercarePlace(row.place),
            from_on=row.from_on,
            planned_months=row.planned_months,
            absent_days=row.absent_days,
            ended_on=row.ended_on,
            outcome=None if row.outcome is None else AftercareOutcome(row.outcome),
        )
        for row in rows
    ]


async def addicted_on(session: AsyncSession, root_id: UUID) -> Sequence[date]:
    """Load the days on which addiction was determined, of all who were merged into one person."""
    people = select(PersonRow.id).where(PersonRow.root_id == root_id)
    determined = select(col(DeterminationRow.determined_on)).where(
        col(DeterminationRow.person_id).in_(people),
        DeterminationRow.state == RecordState.ACTIVE,
        DeterminationRow.result == DeterminationResult.ADDICTED,
    )
    return (await session.exec(determined)).all()
