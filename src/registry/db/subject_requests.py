"""Requests of the people on file: those still open, and the restrictions in force."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import visible
from registry.db.tables.persons import PersonRow
from registry.db.tables.rights import SubjectRequestRow
from registry.domain.access import Scope
from registry.domain.record import RecordState
from registry.domain.subject_request import AnswerDecision, RequestClock, RequestKind, RequestStatus


async def exists_restriction(session: AsyncSession, person_ids: Collection[UUID]) -> bool:
    """Whether a request restricts the processing of the data of locked people."""
    query = select(SubjectRequestRow.id).where(
        col(SubjectRequestRow.person_id).in_(person_ids),
        SubjectRequestRow.state == RecordState.ACTIVE,
        col(SubjectRequestRow.kind).in_([RequestKind.RESTRICTION, RequestKind.OBJECTION]),
        col(SubjectRequestRow.decision).in_([AnswerDecision.GRANTED, AnswerDecision.PARTLY]),
        col(SubjectRequestRow.lifted_on).is_(None),
    )
    return (await session.exec(query.limit(1))).first() is not None


async def page_of_open(
    session: AsyncSession,
    *,
    clock: RequestClock | None,
    units: tuple[int, ...] | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[date, UUID, UUID] | None,
) -> Sequence[tuple[SubjectRequestRow, PersonRow]]:
    """Load open requests by the day they are due; one row more than `limit` tells of a next page."""
    request = SubjectRequestRow
    order = (col(request.due_on), col(request.person_id), col(request.id))
    query = (
        select(request, PersonRow)
        .join(PersonRow, col(PersonRow.id) == col(request.person_id))
        .where(visible(request, scope, today=today))
        .where(request.state == RecordState.ACTIVE, request.status == RequestStatus.OPEN)
        .where(PersonRow.state == RecordState.ACTIVE)
    )
    match clock:
        case RequestClock.RUNNING:
            query = query.where(col(request.due_on) >= today)
        case RequestClock.OVERDUE:
            query = query.where(col(request.due_on) < today)
        case None:
            pass
    if units is not None:
        query = query.where(col(request.unit_id).in_(units))
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return (await session.exec(query.order_by(*order).limit(limit + 1))).all()
