"""Tasks: what waits for somebody."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Coded, Instant, SealedText, one_of
from registry.domain.access import Role
from registry.domain.task import RULES, TaskKind, TaskState
from registry.vault.sealed import Sealed

_FOUR_EYES = ", ".join(f"'{kind}'" for kind, rule in RULES.items() if not rule.opener_may_settle)


class TaskRow(SQLModel, table=True):
    """One task for one audience: a role over a unit of today's map, or in an organisation."""

    __tablename__ = "task"
    __table_args__ = (
        one_of("kind", TaskKind),
        one_of("role", Role),
        one_of("state", TaskState),
        CheckConstraint("(unit_id IS NULL) <> (organisation_id IS NULL)", name="audience"),
        CheckConstraint(
            "(settled_by IS NULL) = (settled_at IS NULL)"
            " AND (settled_by IS NULL) = (state IN ('open', 'expired', 'cancelled'))",
            name="settled",
        ),
        CheckConstraint(f"settled_by <> opened_by OR kind NOT IN ({_FOUR_EYES})", name="four_eyes"),
        Index("ix_task_unit_id", "unit_id", "state", "due_at"),
        Index("ix_task_due_at", "due_at", postgresql_where=text("state = 'open'")),
        Index("ix_task_record_id", "record_id", "kind"),
        Index("ix_task_organisation_id", "organisation_id", "state", "due_at"),
        Index(
            "uq_task_one_open",
            *("kind", "record_id", "person_id", "unit_id", "organisation_id"),
            unique=True,
            postgresql_where=text("state = 'open'"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: UUID = Field(primary_key=True)
    kind: TaskKind = Field(sa_type=Coded(TaskKind))
    role: Role = Field(sa_type=Coded(Role))
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    person_id: UUID | None = None
    entity: str = Field(sa_type=String(40))
    record_id: UUID
    opened_at: datetime = Field(sa_type=Instant)
    opened_by: str = Field(sa_type=Text)
    due_at: datetime = Field(sa_type=Instant)
    state: TaskState = Field(default=TaskState.OPEN, sa_type=Coded(TaskState))
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_by: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    """What was noted where the task is about nobody."""
    sealed_note: Sealed | None = Field(default=None, sa_type=SealedText)
    """What was noted about the person, under the person's key."""
    version: int = 1
