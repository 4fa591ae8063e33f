"""Plans: every query on them, their targets, and what is stated for targets."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select, SelectOfScalar

from registry.db.periods import works
from registry.db.records import visible
from registry.db.tables.plans import PlanReviewRow, PlanRow, PlanTargetRow, TargetReportRow
from registry.db.tables.situation import OrganisationRow
from registry.domain.access import Scope
from registry.domain.organisation import OrganisationKind
from registry.domain.plan import PlanStatus
from registry.domain.record import RecordState

R = TypeVar("R", PlanRow, PlanTargetRow, TargetReportRow, PlanReviewRow)


async def targets_of(session: AsyncSession, plan_id: UUID, *, scope: Scope, today: date) -> Sequence[PlanTargetRow]:
    """Load the targets of a plan, what is due first before the others."""
    query = _in_force(PlanTargetRow, scope, today).where(PlanTargetRow.plan_id == plan_id)
    return (await session.exec(query.order_by(col(PlanTargetRow.due_on), col(PlanTargetRow.id)))).all()


async def parts_of(
    session: AsyncSession, target_ids: Collection[UUID], *, with_drafts: bool, scope: Scope, today: date
) -> Sequence[tuple[PlanTargetRow, PlanRow]]:
    """Load what lower units were given of targets by plans that are approved, or drafted too, with those plans."""
    planned = _planned(scope, today) if with_drafts else _approved(scope, today)
    query = planned.where(col(PlanTargetRow.parent_target_id).in_(target_ids))
    order = (col(PlanRow.unit_code), col(PlanTargetRow.due_on), col(PlanTargetRow.id))
    return [(target, plan) for target, plan in await session.exec(query.order_by(*order))]


async def measured_in(
    session: AsyncSession, unit_ids: Collection[int], *, first: date, last: date, scope: Scope, today: date
) -> Sequence[tuple[PlanTargetRow, PlanRow]]:
    """Load the targets by which units are measured in approved plans that have a day of these, with those plans."""
    query = _approved(scope, today).where(
        col(PlanTargetRow.measured_unit_id).in_(unit_ids), col(PlanRow.from_on) <= last, col(PlanRow.to_on) >= first
    )
    order = (col(PlanTargetRow.due_on), col(PlanTargetRow.id))
    return [(target, plan) for target, plan in await session.exec(query.order_by(*order))]


async def stated(
    session: AsyncSession, target_ids: Collection[UUID], *, until: date, scope: Scope, today: date
) -> Sequence[TargetReportRow]:
    """Load what is stated of targets up to a day, the oldest first."""
    row = TargetReportRow
    query = _in_force(row, scope, today).where(col(row.target_id).in_(target_ids), col(row.reported_on) <= until)
    return (await session.exec(query.order_by(col(row.reported_on), col(row.id)))).all()


async def sites(session: AsyncSession, kind: OrganisationKind, *, on: date) -> Sequence[int]:
    """Name the unit of each organisation of a kind that works on a day; the directory is open to everybody."""
    row = OrganisationRow
    query = select(row.site_unit_id).where(row.state == RecordState.ACTIVE, row.kind == kind, works(row, on=on))
    return (await session.exec(query)).all()


async def is_named(session: AsyncSession, table: type[R], column: str, record_id: UUID) -> bool:
    """Tell whether records in reach name another one in a column."""
    query = select(table.id).where(table.state == RecordState.ACTIVE, getattr(table, column) == record_id)
    return (await session.exec(query.limit(1))).first() is not None


def _approved(scope: Scope, today: date) -> Select[PlanTargetRow, PlanRow]:
    return _planned(scope, today).where(PlanRow.status == PlanStatus.APPROVED)


def _planned(scope: Scope, today: date) -> Select[PlanTargetRow, PlanRow]:
    return (
        select(PlanTargetRow, PlanRow)
        .join(PlanRow, col(PlanRow.id) == col(PlanTargetRow.plan_id))
        .where(visible(PlanTargetRow, scope, today=today), PlanTargetRow.state == RecordState.ACTIVE)
        .where(PlanRow.state == RecordState.ACTIVE)
    )


def _in_force(table: type[R], scope: Scope, today: date) -> SelectOfScalar[R]:
    return select(table).where(visible(table, scope, today=today), table.state == RecordState.ACTIVE)
