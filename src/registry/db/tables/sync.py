"""What synchronisation keeps: operations that were refused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Instant


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
