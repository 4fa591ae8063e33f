"""What people ask of the register about themselves, and breaches of the protection of their data."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlmodel import Field

from registry.db.tables.columns import (
    Coded,
    Instant,
    OfPerson,
    OfUnit,
    SealedText,
    all_of,
    codes_of,
    of_person,
    of_unit,
    one_of,
)
from registry.domain.breach import BreachKind, BreachStatus, DataCategory, Harm
from registry.domain.erasure import ErasureStatus
from registry.domain.record import RecordState
from registry.domain.subject_request import (
    AnswerDecision,
    Channel,
    Representation,
    Requester,
    RequestKind,
    RequestStatus,
)
from registry.vault.sealed import Sealed


class SubjectRequestRow(OfPerson, table=True):
    """A request of a person, and what became of it. `due_on` and `status` follow from the rest."""

    __tablename__ = "subject_request"
    __table_args__ = of_person(
        one_of("kind", RequestKind),
        one_of("channel", Channel),
        one_of("requester", Requester),
        one_of("representation", Representation),
        one_of("decision", AnswerDecision),
        one_of("status", RequestStatus),
        CheckConstraint("(answered_on IS NULL) = (decision IS NULL)", name="answer"),
        CheckConstraint("(requester = 'representative') = (representation IS NOT NULL)", name="represented"),
        Index(
            "ix_subject_request_open",
            "unit_id",
            "due_on",
            postgresql_where=text("status = 'open' AND state = 'active'"),
        ),
    )

    kind: RequestKind = Field(sa_type=Coded(RequestKind))
    received_on: date
    due_on: date
    channel: Channel = Field(sa_type=Coded(Channel))
    requester: Requester = Field(sa_type=Coded(Requester))
    representation: Representation | None = Field(default=None, sa_type=Coded(Representation))
    details: Sealed | None = Field(default=None, sa_type=SealedText)
    status: RequestStatus = Field(sa_type=Coded(RequestStatus))
    answered_on: date | None = None
    decision: AnswerDecision | None = Field(default=None, sa_type=Coded(AnswerDecision))
    reason: Sealed | None = Field(default=None, sa_type=SealedText)
    withdrawn_on: date | None = None
    lifted_on: date | None = None
    lift_reason: Sealed | None = Field(default=None, sa_type=SealedText)


class ErasureOrderRow(OfPerson, table=True):
    """An order to erase a person. Its reason is sealed under the person's key, and goes with it; the rest stays."""

    __tablename__ = "erasure_order"
    __table_args__ = of_person(one_of("status", ErasureStatus), states=RecordState)

    authority: str = Field(sa_type=Text)
    decision_number: str = Field(sa_type=Text)
    decision_on: date
    reason: Sealed | None = Field(default=None, sa_type=SealedText)
    status: ErasureStatus = Field(sa_type=Coded(ErasureStatus))


class BreachRow(OfUnit, table=True):
    """A breach of data protection: what happened, never to whom."""

    __tablename__ = "breach"
    __table_args__ = of_unit(
        one_of("kind", BreachKind),
        one_of("status", BreachStatus),
        all_of("data_categories", DataCategory),
        all_of("may_harm", Harm),
        CheckConstraint("(notified_at IS NULL) = (authority IS NULL)", name="notified"),
        CheckConstraint("affected_count >= 0", name="affected_count"),
        Index("ix_breach_detected_at", "detected_at", "id"),
    )

    unit_code: str = Field(sa_type=Text)
    kind: BreachKind = Field(sa_type=Coded(BreachKind))
    detected_at: datetime = Field(sa_type=Instant)
    description: str = Field(sa_type=Text)
    data_categories: list[DataCategory] = Field(sa_type=codes_of(DataCategory))
    affected_count: int | None = None
    may_harm: list[Harm] = Field(sa_type=codes_of(Harm))
    measures: str | None = Field(default=None, sa_type=Text)
    notify_by: datetime | None = Field(default=None, sa_type=Instant)
    status: BreachStatus = Field(sa_type=Coded(BreachStatus))
    notified_at: datetime | None = Field(default=None, sa_type=Instant)
    authority: str | None = Field(default=None, sa_type=Text)
    reference: str | None = Field(default=None, sa_type=Text)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    outcome: str | None = Field(default=None, sa_type=Text)
