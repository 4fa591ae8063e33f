"""Counselling: sessions, which belong to no person, and who on file took part in them."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlmodel import Field

from registry.db.tables.columns import Coded, OfPerson, OfUnit, SealedText, of_person, of_unit, one_of
from registry.domain.counselling import SessionForm
from registry.domain.support import SupportBasis
from registry.vault.sealed import Sealed

_COUNTS = ("on_file_count", "family_count", "at_risk_count", "community_count", "other_count")


class CounsellingSessionRow(OfUnit, table=True):
    """A session and how many took part. `commune_unit_id` is where it was held, on the map of that day."""

    __tablename__ = "counselling_session"
    __table_args__ = of_unit(
        one_of("form", SessionForm),
        CheckConstraint(" AND ".join(f"{count} >= 0" for count in _COUNTS), name="counts"),
        ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        Index("ix_counselling_session_organisation_id", "organisation_id", "held_on", "id"),
    )

    organisation_column = "organisation_id"

    organisation_id: UUID
    commune_unit_id: int = Field(foreign_key="unit.id")
    held_on: date
    form: SessionForm = Field(sa_type=Coded(SessionForm))
    topic: str | None = Field(default=None, sa_type=Text)
    counsellor_id: UUID | None = Field(default=None, foreign_key="network_worker.id")
    speaker_id: UUID | None = Field(default=None, foreign_key="network_worker.id")
    on_file_count: int
    family_count: int
    at_risk_count: int
    community_count: int
    other_count: int


class AttendanceRow(OfPerson, table=True):
    """A person on file took part in a session. What the session said of place and day stays with the person."""

    __tablename__ = "attendance"
    __table_args__ = of_person(
        one_of("legal_basis", SupportBasis),
        ForeignKeyConstraint(["session_id"], ["counselling_session.id"]),
        ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        Index("ix_attendance_session_id", "session_id"),
        Index("ix_attendance_organisation_id", "organisation_id", "held_on"),
        Index("uq_attendance_once", "person_id", "session_id", unique=True, postgresql_where=text("state = 'active'")),
    )

    organisation_column = "organisation_id"

    session_id: UUID
    organisation_id: UUID
    held_on: date
    legal_basis: SupportBasis = Field(sa_type=Coded(SupportBasis))
    note: Sealed | None = Field(default=None, sa_type=SealedText)
