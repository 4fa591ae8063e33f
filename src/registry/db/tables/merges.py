"""Merges of people: who was joined to whom, when, by whom, and what was undone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Coded, Instant, SealedText, one_of, person_key
from registry.domain.merge import LIVE, MergeStatus
from registry.vault.sealed import Sealed

_LIVE = ", ".join(f"'{status}'" for status in LIVE)


class MergeRow(SQLModel, table=True):
    """One person merged into another. These rows are the truth; `person.root_id` is computed from them.

    `former_unit_id` was in charge of the person before, and is told where its own have gone.
    """

    __tablename__ = "merge"
    __table_args__ = (
        person_key(),
        one_of("status", MergeStatus),
        ForeignKeyConstraint(["into_id"], ["person.id"]),
        ForeignKeyConstraint(["former_unit_id"], ["unit.id"]),
        Index("uq_merge_one_live", "person_id", unique=True, postgresql_where=text(f"status IN ({_LIVE})")),
        Index("ix_merge_into_id", "into_id"),
    )

    person_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    unit_id: int
    into_id: UUID
    former_unit_id: int
    status: MergeStatus = Field(sa_type=Coded(MergeStatus))
    reason: Sealed = Field(sa_type=SealedText)
    requested_at: datetime = Field(sa_type=Instant)
    requested_by: str = Field(sa_type=Text)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: str | None = Field(default=None, sa_type=Text)
    undo_reason: Sealed | None = Field(default=None, sa_type=SealedText)
    undo_requested_at: datetime | None = Field(default=None, sa_type=Instant)
    undo_requested_by: str | None = Field(default=None, sa_type=Text)
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by: str | None = Field(default=None, sa_type=Text)
    fingerprint: bytes = Field(sa_type=LargeBinary)
