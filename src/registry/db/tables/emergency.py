"""Emergency accesses: who looked at whom without having them in reach, and why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Coded, Instant, SealedText, one_of, person_key
from registry.domain.emergency import EmergencyReason, EmergencyState, MedicalState
from registry.vault.sealed import Sealed


class EmergencyAccessRow(SQLModel, table=True):
    """One access, or the attempt at one. `unit_id` is where the person is, or the officer where nobody was found."""

    __tablename__ = "emergency_access"
    __table_args__ = (
        person_key(),
        one_of("reason_code", EmergencyReason),
        one_of("state", EmergencyState),
        one_of("medical", MedicalState),
        CheckConstraint("(person_id IS NULL) = (state = 'no_match')", name="matched"),
        Index("ix_emergency_access_opened_by", "opened_by", "opened_at"),
        Index("ix_emergency_access_person_id", "person_id", "opened_at"),
        Index("ix_emergency_access_ends_at", "ends_at", postgresql_where=text("state = 'open'")),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID | None = None
    unit_id: int = Field(foreign_key="unit.id")
    opened_by: str = Field(sa_type=Text)
    grant_id: UUID = Field(foreign_key="access_grant.id")
    reason_code: EmergencyReason = Field(sa_type=Coded(EmergencyReason))
    reason_text: Sealed | None = Field(default=None, sa_type=SealedText)
    """Sealed under the person's key; where nobody was found, it is not kept."""
    state: EmergencyState = Field(sa_type=Coded(EmergencyState))
    medical: MedicalState = Field(sa_type=Coded(MedicalState))
    opened_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    version: int = 1
    fingerprint: bytes = Field(sa_type=LargeBinary)
