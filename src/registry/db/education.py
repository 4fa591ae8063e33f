"""Measures of education in the commune: who is under one, and who of them is treated."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, func, or_, select, true
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import listed, visible
from registry.db.tables.aftercare import EducationMeasureRow
from registry.db.tables.cases import EpisodeRow
from registry.db.tables.persons import PersonRow
from registry.domain.access import Scope
from registry.domain.education import COVERING
from registry.domain.record import RecordState


async def page(
    session: AsyncSession,
    *,
    on: date,
    covered: bool | None,
    units: tuple[int, ...] | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[str, UUID, UUID] | None,
) -> Sequence[tuple[EducationMeasureRow, PersonRow, EpisodeRow | None]]:
    """Load measures in force on a day, in Vietnamese order of the names, with the treatment that covers each."""
    measure, treatment = EducationMeasureRow, _treatment_on(on)
    order = (col(PersonRow.sort_key), col(measure.person_id), col(measure.id))
    query = (
        select(measure, PersonRow, treatment)
        .join(PersonRow, col(PersonRow.id) == measure.person_id)
        .outerjoin(treatment, true())
        .where(visible(measure, scope, today=today), measure.state == RecordState.ACTIVE)
        .where(PersonRow.state == RecordState.ACTIVE, listed(scope))
        .where(col(measure.from_on) <= on, func.coalesce(measure.ended_on, measure.to_on) > on)
    )
    if covered is not None:
        query = query.where(col(treatment.id).is_not(None) if covered else col(treatment.id).is_(None))
    if units is not None:
        query = query.where(col(measure.unit_id).in_(units))
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return (await session.exec(query.order_by(*order).limit(limit + 1))).all()


def _treatment_on(on: date) -> type[EpisodeRow]:
    """The first stay of the person, or of one who was merged with them, that covers the measure on a day."""
    stay = EpisodeRow
    covering = (
        select(stay)
        .where(stay.root_id == PersonRow.root_id, stay.state == RecordState.ACTIVE, col(stay.modality).in_(COVERING))
        .where(col(stay.started_on) <= on, or_(col(stay.ended_on).is_(None), col(stay.ended_on) > on))
        .order_by(col(stay.started_on), col(stay.id))
        .limit(1)
        .correlate(PersonRow)
        .lateral()
    )
    return aliased(stay, covering)
