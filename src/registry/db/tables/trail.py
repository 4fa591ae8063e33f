"""The trail that every transaction leaves: history, audit, feed; and what the service knows of itself."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Coded, Instant, Xid8, one_of, person_key
from registry.domain.access import Purpose, Role
from registry.domain.record import FeedOperation

_XID: Any = {"server_default": text("pg_current_xact_id()")}
_TODAY: Any = {"server_default": text("CURRENT_DATE")}
_SEQ: Any = {"server_default": Identity(always=True)}
OFFICER = """(
CASE
    WHEN on_behalf_of IS NULL THEN subject
    ELSE on_behalf_of
END)"""
"""Who acted. Not `coalesce`: PostgreSQL takes it for one that may leak, and uses no index on it behind a row policy.

The lines are those in which the server tells of its index, which is compared with this."""


class HistoryColumns(SQLModel):
    """A former state of a record."""

    entity: str = Field(primary_key=True, sa_type=String(40))
    id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    state: dict[str, Any] = Field(sa_type=JSONB)
    changed_at: datetime = Field(sa_type=Instant)
    changed_by: str = Field(sa_type=Text)
    unit_id: int


class RecordHistoryRow(HistoryColumns, table=True):
    """Former states of what belongs to a person."""

    __tablename__ = "record_history"
    __table_args__ = (PrimaryKeyConstraint("person_id", "entity", "id", "version"), person_key())

    person_id: UUID = Field(primary_key=True)


class UnitRecordHistoryRow(HistoryColumns, table=True):
    """Former states of what belongs to a unit."""

    __tablename__ = "unit_record_history"


class AuditEventRow(SQLModel, table=True):
    """Who did or saw what, of whom, and why. No values. Append-only."""

    __tablename__ = "audit_event"
    __table_args__ = (
        one_of("purpose", Purpose),
        Index("ix_audit_event_person_ids", "person_ids", postgresql_using="gin"),
        Index("ix_audit_event_officer", text(OFFICER), "xid", "seq"),
        CheckConstraint("decision IN ('allowed', 'denied')", name="decision"),
    )

    xid: int | None = Field(default=None, primary_key=True, sa_type=Xid8, sa_column_kwargs=_XID)
    seq: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    at: datetime = Field(sa_type=Instant)
    issuer: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    on_behalf_of: str | None = Field(default=None, sa_type=Text)
    client_id: str = Field(sa_type=Text)
    purpose: Purpose | None = Field(default=None, sa_type=Coded(Purpose))
    operation: str = Field(sa_type=Text)
    person_ids: list[UUID] = Field(sa_type=ARRAY(Uuid()))
    entity: str | None = Field(default=None, sa_type=String(100))
    record_id: UUID | None = None
    field_groups: list[str] = Field(sa_type=ARRAY(String(40)))
    decision: str = Field(sa_type=String(10))
    request_id: UUID
    grant_ids: list[UUID] = Field(sa_type=ARRAY(Uuid()))
    """The grants that were used, or of a denial those that were held: they tell role, unit and organisation."""
    unit_ids: list[int] = Field(sa_type=ARRAY(Integer()))
    """Who is in charge of the people named, on the day; where none is known, the units that the caller acts for."""


class ChangeFeedRow(SQLModel, table=True):
    """One change for one audience: a unit or an organisation."""

    __tablename__ = "change_feed"
    __table_args__ = (
        one_of("op", FeedOperation),
        CheckConstraint("(unit_id IS NULL) <> (organisation_id IS NULL)", name="audience"),
        Index("ix_change_feed_unit_id", "unit_id", "xid", "seq"),
        Index("ix_change_feed_organisation_id", "organisation_id", "xid", "seq"),
    )

    xid: int | None = Field(default=None, primary_key=True, sa_type=Xid8, sa_column_kwargs=_XID)
    seq: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(always=True),))
    unit_id: int | None = None
    organisation_id: UUID | None = None
    person_id: UUID | None = None
    entity: str = Field(sa_type=String(40))
    record_id: UUID
    op: FeedOperation = Field(sa_type=Coded(FeedOperation))
    version: int
    recorded_on: date | None = Field(default=None, nullable=False, sa_column_kwargs=_TODAY)
    """Tells how long ago it was, and nothing else: the order is that of the transactions."""


class AccessGrantRow(SQLModel, table=True):
    """A role of one subject over one unit or for one organisation."""

    __tablename__ = "access_grant"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("(unit_id IS NULL) <> (organisation_id IS NULL)", name="target"),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="order"),
        Index("ix_access_grant_subject", "issuer", "subject"),
    )

    id: UUID = Field(primary_key=True)
    issuer: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    role: Role = Field(sa_type=Coded(Role))
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    unit_code: str | None = Field(default=None, sa_type=String(5))
    unit_on: date | None = None
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    from_on: date
    to_on: date | None = None
    granted_by: str = Field(sa_type=Text)
    granted_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_by: str | None = Field(default=None, sa_type=Text)
    fingerprint: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Of the body that gave it; null where it was given on the host."""


class ServiceStateRow(SQLModel, table=True):
    """What the service knows of itself: the feed's epoch, how far the demo is loaded."""

    __tablename__ = "service_state"

    key: str = Field(primary_key=True, sa_type=String(40))
    value: dict[str, Any] = Field(sa_type=JSONB)
