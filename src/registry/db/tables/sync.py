"""What synchronisation keeps: operations that were refused, and those that met a record which had moved on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Coded, Instant, SealedText, Texts, one_of, person_key
from registry.domain.conflict import ConflictStatus
from registry.domain.sync import PushVerb
from registry.vault.sealed import Sealed


class SyncRejectionRow(SQLModel, table=True):
    """One operation that was refused, as it was sent, sealed under a key of its own.

    `person_id` is what the operation says, whether there is such a person or not.
    """

    __tablename__ = "sync_rejection"
    __table_args__ = (
        Index("ix_sync_rejection_sent_by", "sent_by", "sent_at", "id", postgresql_where=text("applied_at IS NULL")),
        Index("uq_sync_rejection_fingerprint", "fingerprint", unique=True),
    )

    id: UUID = Field(primary_key=True)
    sent_by: str = Field(sa_type=Text)
    sent_at: datetime = Field(sa_type=Instant, index=True)
    ref: str | None = Field(default=None, sa_type=String(64))
    person_id: UUID | None = Field(default=None, index=True)
    code: str = Field(sa_type=String(40))
    faults: list[dict[str, Any]] = Field(sa_type=JSONB)
    is_whole: bool
    payload: bytes = Field(sa_type=LargeBinary)
    key_id: UUID
    master_key: int
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """Of what was sent and by whom: the same sent again is kept once."""
    applied_at: datetime | None = Field(default=None, sa_type=Instant)


class SyncConflictRow(SQLModel, table=True):
    """One operation that met a record which had moved on, sealed under the key of the person whom it is about.

    `unit_id` is a copy of the person's: who is in charge of the person looks at it.
    """

    __tablename__ = "sync_conflict"
    __table_args__ = (
        person_key(),
        one_of("op", PushVerb),
        one_of("status", ConflictStatus),
        CheckConstraint(
            "(status = 'open') = (settled_at IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL)", name="settled"
        ),
        Index("uq_sync_conflict_id", "id", unique=True),
        Index("uq_sync_conflict_fingerprint", "fingerprint", unique=True),
        Index("ix_sync_conflict_sent_by", "sent_by", "status", "sent_at", "id"),
        Index("ix_sync_conflict_unit_id", "unit_id", "status", "sent_at", "id"),
    )

    person_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    unit_id: int
    sent_by: str = Field(sa_type=Text)
    sent_at: datetime = Field(sa_type=Instant, index=True)
    ref: str | None = Field(default=None, sa_type=String(64))
    kind: str = Field(sa_type=String(40))
    """A kind that travels; kinds are added, and no row of a former one must stand in the way."""
    record_id: UUID
    op: PushVerb = Field(sa_type=Coded(PushVerb))
    code: str = Field(sa_type=String(40))
    fields_in_conflict: list[str] = Field(sa_type=Texts)
    base_version: int | None = None
    met_version: int | None = None
    payload: Sealed = Field(sa_type=SealedText)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    """Of what was sent and by whom: the same sent again is kept once, and asks nobody twice."""
    status: ConflictStatus = Field(default=ConflictStatus.OPEN, sa_type=Coded(ConflictStatus))
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_by: str | None = Field(default=None, sa_type=Text)
    applied_fields: list[str] = Field(default_factory=list, sa_type=Texts)
