"""Workers of the network, their appointments and training: every query on the tables."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from registry.db.records import visible
from registry.db.tables.staffing import AppointmentRow, NetworkWorkerRow, WorkerTrainingRow
from registry.domain.access import Scope
from registry.domain.record import RecordState
from registry.domain.staffing import Appointed

R = TypeVar("R", AppointmentRow, WorkerTrainingRow)


async def is_appointed(session: AsyncSession, worker_id: UUID) -> bool:
    """Whether an appointment of a worker stands or has stood."""
    query = select(AppointmentRow.id).where(
        AppointmentRow.worker_id == worker_id, AppointmentRow.state == RecordState.ACTIVE
    )
    return (await session.exec(query.limit(1))).first() is not None


async def appointed_at(session: AsyncSession, organisation_id: UUID, *, on: date) -> list[Appointed]:
    """Load the appointments at an organisation that hold on a day. The caller has checked the scope."""
    held = select(AppointmentRow).where(AppointmentRow.organisation_id == organisation_id, *_holding(on))
    return [Appointed(row.worker_id, row.role, row.time) for row in (await session.exec(held)).all()]


async def page_of_workers(
    session: AsyncSession,
    *,
    units: tuple[int, ...] | None,
    organisation_id: UUID | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[str, UUID] | None,
) -> Sequence[NetworkWorkerRow]:
    """Load workers by name: of a unit, or of those whom an organisation keeps or has appointed."""
    row = NetworkWorkerRow
    query = select(row).where(visible(row, scope, today=today), row.state == RecordState.ACTIVE)
    if units is not None:
        query = query.where(col(row.unit_id).in_(units))
    if organisation_id is not None:
        appointed = select(AppointmentRow.worker_id).where(
            AppointmentRow.organisation_id == organisation_id, AppointmentRow.state == RecordState.ACTIVE
        )
        query = query.where(or_(col(row.organisation_id) == organisation_id, col(row.id).in_(appointed)))
    if after is not None:
        query = query.where(tuple_(col(row.sort_key), col(row.id)) > after)
    return (await session.exec(query.order_by(col(row.sort_key), col(row.id)).limit(limit + 1))).all()


async def page_of_appointments(
    session: AsyncSession,
    *,
    units: tuple[int, ...] | None,
    organisation_id: UUID | None,
    worker_id: UUID | None,
    on: date | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[date, UUID] | None,
) -> Sequence[AppointmentRow]:
    """Load appointments by their first day: of a unit, an organisation, a worker, those that hold on a day."""
    row = AppointmentRow
    query = _of_worker(row, units, worker_id, scope, today)
    if organisation_id is not None:
        query = query.where(row.organisation_id == organisation_id)
    if on is not None:
        query = query.where(*_holding(on))
    return await _by_day(session, row, query, limit, after)


async def page_of_trainings(
    session: AsyncSession,
    *,
    units: tuple[int, ...] | None,
    worker_id: UUID | None,
    scope: Scope,
    today: date,
    limit: int,
    after: tuple[date, UUID] | None,
) -> Sequence[WorkerTrainingRow]:
    """Load trainings by their first day: of a unit, of a worker."""
    row = WorkerTrainingRow
    return await _by_day(session, row, _of_worker(row, units, worker_id, scope, today), limit, after)


def _holding(on: date) -> tuple[ColumnElement[bool], ...]:
    row = AppointmentRow
    until = or_(col(row.to_on).is_(None), col(row.to_on) > on)
    return (col(row.state) == RecordState.ACTIVE, col(row.from_on) <= on, until)


def _of_worker(
    row: type[R], units: tuple[int, ...] | None, worker_id: UUID | None, scope: Scope, today: date
) -> SelectOfScalar[R]:
    query = select(row).where(visible(row, scope, today=today), row.state == RecordState.ACTIVE)
    if units is not None:
        query = query.where(col(row.unit_id).in_(units))
    return query if worker_id is None else query.where(row.worker_id == worker_id)


async def _by_day(
    session: AsyncSession, row: type[R], query: SelectOfScalar[R], limit: int, after: tuple[date, UUID] | None
) -> Sequence[R]:
    if after is not None:
        query = query.where(tuple_(col(row.from_on), col(row.id)) > after)
    return (await session.exec(query.order_by(col(row.from_on), col(row.id)).limit(limit + 1))).all()
