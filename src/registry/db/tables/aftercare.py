"""What follows rehabilitation, and what stands beside it: aftercare, education in the commune."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, Text, text
from sqlmodel import Field

from registry.db.tables.columns import Coded, OfPerson, of_person, one_of
from registry.domain.aftercare import AftercareOutcome, AftercarePlace
from registry.domain.education import EducationEnd
from registry.domain.record import RecordState
from registry.domain.support import SupportBasis

_ACTIVE = text("state = 'active'")


class AftercareRow(OfPerson, table=True):
    """A term of aftercare; `root_id` follows the person's merges, so the survivor has one open term."""

    __tablename__ = "aftercare"
    __table_args__ = of_person(
        ForeignKeyConstraint(["root_id"], ["person.id"]),
        one_of("place", AftercarePlace),
        one_of("outcome", AftercareOutcome),
        CheckConstraint("planned_months > 0 AND absent_days >= 0", name="term"),
        CheckConstraint("(ended_on IS NULL) = (outcome IS NULL)", name="exit"),
        CheckConstraint("to_on > from_on AND (ended_on IS NULL OR ended_on >= from_on)", name="order"),
        Index(
            "uq_aftercare_one_open",
            "root_id",
            unique=True,
            postgresql_where=text("ended_on IS NULL AND state = 'active'"),
        ),
        Index("uq_aftercare_one_per_course", "root_id", "course_id", unique=True, postgresql_where=_ACTIVE),
        Index("ix_aftercare_root_id", "root_id"),
        Index("ix_aftercare_unit_id", "unit_id", "from_on"),
        states=RecordState,
    )

    root_id: UUID
    course_id: UUID | None = None
    place: AftercarePlace = Field(sa_type=Coded(AftercarePlace))
    from_on: date
    planned_months: int = Field(sa_type=SmallInteger)
    absent_days: int = Field(sa_type=SmallInteger)
    to_on: date
    decision_number: str | None = Field(default=None, sa_type=Text)
    decision_on: date | None = None
    issuer: str | None = Field(default=None, sa_type=Text)
    ended_on: date | None = None
    outcome: AftercareOutcome | None = Field(default=None, sa_type=Coded(AftercareOutcome))


class EducationMeasureRow(OfPerson, table=True):
    """A measure of education in the commune."""

    __tablename__ = "education_measure"
    __table_args__ = of_person(
        one_of("legal_basis", SupportBasis),
        one_of("end_reason", EducationEnd),
        CheckConstraint("to_on >= from_on AND (ended_on IS NULL OR ended_on >= from_on)", name="order"),
        CheckConstraint("(ended_on IS NULL) = (end_reason IS NULL)", name="ended"),
        Index("ix_education_measure_unit_id", "unit_id", "from_on"),
        states=RecordState,
    )

    legal_basis: SupportBasis = Field(
        sa_type=Coded(SupportBasis), sa_column_kwargs={"server_default": SupportBasis.DECISION}
    )
    from_on: date
    to_on: date
    decision_number: str | None = Field(default=None, sa_type=Text)
    decision_on: date | None = None
    issuer: str | None = Field(default=None, sa_type=Text)
    ended_on: date | None = None
    end_reason: EducationEnd | None = Field(default=None, sa_type=Coded(EducationEnd))
