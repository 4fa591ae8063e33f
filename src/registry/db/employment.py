"""Workers as those see them who have appointed them: every query that goes by appointments of organisations."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, String, Uuid, any_, bindparam, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from registry.db.prepared import Prepared
from registry.db.tables.columns import OfUnit, Recorded
from registry.db.tables.staffing import AppointmentRow
from registry.db.trail import Change
from registry.domain.record import FeedOperation, RecordState

_NOBODY: frozenset[Any] = frozenset()
_EMPLOYERS = Prepared(text("SELECT app.employers(:worker_id) AS ids").bindparams(bindparam("worker_id", type_=Uuid)))
_TELL_EMPLOYERS = Prepared(
    text("""
        INSERT INTO change_feed (organisation_id, entity, record_id, op, version)
        SELECT employer, :entity, :record_id, :op, :version FROM unnest(app.employers(:worker_id)) AS employer
    """).bindparams(
        *(bindparam(name, type_=Uuid) for name in ("worker_id", "record_id")),
        *(bindparam(name, type_=String) for name in ("entity", "op")),
        bindparam("version", type_=Integer),
    )
)
_TELL_EMPLOYER = Prepared(
    text("SELECT app.tell_employer(:op, :organisation_id, :worker_id)").bindparams(
        *(bindparam(name, type_=Uuid) for name in ("organisation_id", "worker_id")), bindparam("op", type_=String)
    )
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a record has to do with who sees workers."""

    workers: frozenset[UUID] = _NOBODY
    """Those of whom it tells: whoever has appointed them sees it."""
    opened: frozenset[tuple[UUID, UUID]] = _NOBODY
    """Organisations and the workers whom it shows them, as an appointment does while it stands."""


def sight_of(row: Recorded) -> Sight:
    """Tell what a record, as it is now, has to do with who sees workers: most have nothing."""
    match row:
        case AppointmentRow(state=RecordState.ACTIVE):
            return Sight(opened=frozenset({(row.organisation_id, row.worker_id)}))
        case OfUnit(worker_column=str(column)):
            return Sight(workers=frozenset({getattr(row, column)}))
        case _:
            return Sight()


async def tell(session: AsyncSession, change: Change, *, before: Sight, after: Sight) -> None:
    """Tell of a write whoever has appointed its worker, and of a worker whomever it lets see them, or does no longer.

    Both take the worker's lock, in the functions that look past the wall: of an appointment and of what is recorded
    of its worker meanwhile, the later one sees the other.
    """
    written = {"entity": change.entity, "record_id": change.record_id, "op": change.op, "version": change.version}
    for worker_id in sorted(before.workers | after.workers):
        await _TELL_EMPLOYERS.all(session, worker_id=worker_id, **written)
    for op, opened in (
        (FeedOperation.LEAVE, before.opened - after.opened),
        (FeedOperation.ENTER, after.opened - before.opened),
    ):
        for organisation_id, worker_id in sorted(opened):
            await _TELL_EMPLOYER.all(session, op=op, organisation_id=organisation_id, worker_id=worker_id)


async def is_appointed(session: AsyncSession, worker_id: UUID) -> bool:
    """Whether an appointment of a worker stands or has stood, wherever it is."""
    (found,) = await _EMPLOYERS.all(session, worker_id=worker_id)
    return bool(found.ids)


def appointed_by(organisations: ColumnElement[Any]) -> SelectOfScalar[UUID]:
    """Name the workers who are or were appointed at organisations."""
    row = AppointmentRow
    at = col(row.organisation_id) == any_(organisations)
    return select(row.worker_id).where(at, row.state == RecordState.ACTIVE)


def of_employed(table: type[OfUnit], column: str, organisations: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a record is of a worker, named by a column, who is or was appointed at organisations."""
    return col(getattr(table, column)).in_(appointed_by(organisations))
