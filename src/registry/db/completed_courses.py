"""Completed courses and what followed: of one person, and across people as a list."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import and_, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import listed, visible
from registry.db.tables.aftercare import AftercareRow
from registry.db.tables.cases import EpisodeRow
from registry.db.tables.persons import PersonRow
from registry.domain.access import Scope
from registry.domain.episode import Outcome
from registry.domain.record import RecordState

_COMPLETED = and_(EpisodeRow.state == RecordState.ACTIVE, EpisodeRow.outcome == Outcome.COMPLETED)
_FOLLOWS = and_(
    col(AftercareRow.root_id) == EpisodeRow.root_id,
    col(AftercareRow.course_id) == EpisodeRow.course_id,
    AftercareRow.state == RecordState.ACTIVE,
)


async def of_root(
    session: AsyncSession, root_id: UUID, *, scope: Scope, today: date
) -> Sequence[tuple[EpisodeRow, AftercareRow | None]]:
    """Load the courses that a person, with all who were merged into them, has completed, the oldest first."""
    query = (
        select(EpisodeRow, AftercareRow)
        .outerjoin(AftercareRow, _FOLLOWS)
        .where(visible(EpisodeRow, scope, today=today), _COMPLETED, EpisodeRow.root_id == root_id)
    )
    return (await session.exec(query.order_by(col(EpisodeRow.ended_on), col(EpisodeRow.id)))).all()


async def page(
    session: AsyncSession,
    *conditions: ColumnElement[bool],
    on: date,
    placed: bool | None,
    units: tuple[int, ...] | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[str, UUID, UUID] | None,
) -> Sequence[tuple[EpisodeRow, PersonRow, AftercareRow | None]]:
    """Load courses that were completed by a day, in Vietnamese order of the names, with the aftercare of that day.

    A course is placed from the day of the decision on aftercare. One more than `limit` tells of a next page.
    """
    order = (col(PersonRow.sort_key), col(EpisodeRow.person_id), col(EpisodeRow.id))
    decided_on = func.coalesce(AftercareRow.decision_on, AftercareRow.from_on)
    query = (
        select(EpisodeRow, PersonRow, AftercareRow)
        .join(PersonRow, col(PersonRow.id) == EpisodeRow.person_id)
        .outerjoin(AftercareRow, and_(_FOLLOWS, decided_on <= on))
        .where(visible(EpisodeRow, scope, today=today), _COMPLETED, col(EpisodeRow.ended_on) <= on, *conditions)
        .where(PersonRow.state == RecordState.ACTIVE, listed(scope))
    )
    if placed is not None:
        query = query.where(col(AftercareRow.id).is_not(None) if placed else col(AftercareRow.id).is_(None))
    if units is not None:
        query = query.where(col(EpisodeRow.unit_id).in_(units))
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return (await session.exec(query.order_by(*order).limit(limit + 1))).all()
