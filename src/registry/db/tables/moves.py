"""Moves of people from the charge of one unit to another's."""

from datetime import date, datetime

from sqlalchemy import ForeignKeyConstraint, Index, String, text
from sqlmodel import Field

from registry.db.tables.columns import Coded, Instant, OfPerson, of_person, one_of
from registry.domain.move import MoveReason, MoveStatus


class MoveRow(OfPerson, table=True):
    """A move, from the request to the answer. `to_unit_id` is on the map of the request, `place_unit_id` of the day."""

    __tablename__ = "move"
    __table_args__ = of_person(
        one_of("reason", MoveReason),
        one_of("status", MoveStatus),
        ForeignKeyConstraint(["to_unit_id"], ["unit.id"]),
        ForeignKeyConstraint(["place_unit_id"], ["unit.id"]),
        Index(
            "uq_move_one_open",
            "person_id",
            unique=True,
            postgresql_where=text("status = 'requested' AND state = 'active'"),
        ),
        Index(
            "ix_move_answer_due_at",
            "answer_due_at",
            postgresql_where=text("status = 'requested' AND state = 'active'"),
        ),
    )

    to_unit_code: str = Field(sa_type=String(5))
    place_unit_id: int
    to_unit_id: int
    moved_on: date
    reason: MoveReason = Field(sa_type=Coded(MoveReason))
    withdrawn_on: date | None = None
    status: MoveStatus = Field(sa_type=Coded(MoveStatus))
    answer_due_at: datetime = Field(sa_type=Instant)
