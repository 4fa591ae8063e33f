"""Workers as those see them who have appointed them: every query that goes by appointments of organisations."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from registry.db.tables.columns import OfUnit
from registry.db.tables.staffing import AppointmentRow
from registry.domain.record import RecordState


def appointed_by(organisations: ColumnElement[Any]) -> SelectOfScalar[UUID]:
    """Name the workers who are or were appointed at organisations."""
    row = AppointmentRow
    at = col(row.organisation_id) == any_(organisations)
    return select(row.worker_id).where(at, row.state == RecordState.ACTIVE)


def of_employed(table: type[OfUnit], column: str, organisations: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a record is of a worker, named by a column, who is or was appointed at organisations."""
    return col(getattr(table, column)).in_(appointed_by(organisations))
