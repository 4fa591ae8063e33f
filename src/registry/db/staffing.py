"""Workers of the network, their appointments and training: every query on the tables."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, false, literal
from sqlmodel import and_, col, func, not_, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from registry.db import employment, pages
from registry.db.pages import DatedKey, NamedKey, Window
from registry.db.periods import holds
from registry.db.records import ORGANISATIONS
from registry.db.tables.network import CounsellingPointRow
from registry.db.tables.staffing import AppointmentRow, NetworkWorkerRow, WorkerTrainingRow
from registry.domain.record import RecordState
from registry.domain.staffing import Appointed, Norm, StaffRole


async def appointed_at(session: AsyncSession, organisation_id: UUID, *, on: date) -> list[Appointed]:
    """Load the appointments at an organisation that hold on a day. The caller has checked the scope."""
    row = AppointmentRow
    held = select(row).where(row.organisation_id == organisation_id, row.state == RecordState.ACTIVE, holds(row, on=on))
    return [Appointed(each.worker_id, each.role, each.time) for each in (await session.exec(held)).all()]


def beside(norms: Collection[Norm], *, on: date, is_below: bool) -> ColumnElement[bool]:
    """Which counselling points are below those of the norms that are in force on a day, or are not.

    Points without a norm that day are neither. It says in one statement what `staffing_of` says of one point.
    """
    programme = col(CounsellingPointRow.programme)
    short = or_(
        false(),
        *(
            and_(programme == norm.programme, _appointed_count(role, on=on) < asked)
            for norm in norms
            for role, asked in norm.roles.items()
        ),
    )
    return short if is_below else and_(programme.in_([norm.programme for norm in norms]), not_(short))


def _appointed_count(role: StaffRole, *, on: date) -> ScalarSelect[int]:
    row = AppointmentRow
    there = select(func.count(col(row.worker_id).distinct())).where(
        row.organisation_id == CounsellingPointRow.id,
        row.state == RecordState.ACTIVE,
        row.role == role,
        holds(row, on=on),
    )
    return there.correlate(CounsellingPointRow).scalar_subquery()


async def page_of_workers(
    session: AsyncSession, window: Window[NamedKey], *, organisation_id: UUID | None
) -> Sequence[NetworkWorkerRow]:
    """Load workers by name: all, or those whom an organisation keeps or has appointed."""
    if organisation_id is None:
        return await pages.page(session, NetworkWorkerRow, window)
    row = NetworkWorkerRow
    there = or_(col(row.organisation_id) == organisation_id, col(row.id).in_(_appointed_at(organisation_id)))
    return await pages.page(session, row, window, there)


async def page_of_trainings(
    session: AsyncSession, window: Window[DatedKey], *, organisation_id: UUID | None, worker_id: UUID | None
) -> Sequence[WorkerTrainingRow]:
    """Load trainings by their first day: of a worker, of those whom an organisation keeps or has appointed."""
    row = WorkerTrainingRow
    if organisation_id is None:
        return await pages.page(session, row, window, worker_id=worker_id)
    kept = select(NetworkWorkerRow.id).where(NetworkWorkerRow.organisation_id == organisation_id)
    there = or_(col(row.worker_id).in_(kept), col(row.worker_id).in_(_appointed_at(organisation_id)))
    return await pages.page(session, row, window, there, worker_id=worker_id)


def _appointed_at(organisation_id: UUID) -> SelectOfScalar[UUID]:
    return employment.appointed_by(literal([organisation_id], ORGANISATIONS))


async def page_of_appointments(
    session: AsyncSession,
    window: Window[DatedKey],
    *,
    organisation_id: UUID | None,
    worker_id: UUID | None,
    on: date | None,
) -> Sequence[AppointmentRow]:
    """Load appointments by their first day: of an organisation, a worker, those that hold on a day."""
    holding = () if on is None else (holds(AppointmentRow, on=on),)
    return await pages.page(
        session, AppointmentRow, window, *holding, organisation_id=organisation_id, worker_id=worker_id
    )
