"""Plans of units: their targets, the figures that are stated for them, and their reviews."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.db.tables.columns import Coded, OfUnit, of_unit, one_of
from registry.domain.organisation import OrganisationKind
from registry.domain.plan import PlanStatus
from registry.domain.plan_review import ReviewKind
from registry.domain.plan_target import Direction, TargetKind


class PlanRow(OfUnit, table=True):
    """A numbered document of a unit for a period. `planned_unit_id` is the unit it was named in."""

    __tablename__ = "plan"
    __table_args__ = of_unit(
        one_of("status", PlanStatus),
        CheckConstraint("to_on >= from_on", name="order"),
        CheckConstraint("parent_plan_id <> id", name="parent"),
        CheckConstraint("(status = 'approved') = (approved_on IS NOT NULL)", name="approved"),
        Index("ix_plan_from_on", "from_on", "id"),
        Index("ix_plan_parent_plan_id", "parent_plan_id"),
    )

    document_number: str = Field(sa_type=Text)
    issued_on: date
    issuer: str = Field(sa_type=Text)
    title: str | None = Field(default=None, sa_type=Text)
    unit_code: str = Field(sa_type=String(5))
    planned_unit_id: int = Field(foreign_key="unit.id")
    from_on: date
    to_on: date
    parent_plan_id: UUID | None = Field(default=None, foreign_key="plan.id")
    correction_reason: str | None = Field(default=None, sa_type=Text)
    status: PlanStatus = Field(sa_type=Coded(PlanStatus))
    approved_on: date | None = None


class PlanTargetRow(OfUnit, table=True):
    """One target of a plan. It and the target of which it is a part measure the same in the same direction.

    The catalogue of indicators grows with releases, so no CHECK lists them.
    """

    __tablename__ = "plan_target"
    __table_args__ = of_unit(
        one_of("kind", TargetKind),
        one_of("direction", Direction),
        one_of("organisation_kind", OrganisationKind),
        CheckConstraint("num_nonnulls(indicator, organisation_kind, stated_measure) = 1", name="measure"),
        CheckConstraint("(kind = 'rating_at_least') = (rating IS NOT NULL)", name="rating"),
        CheckConstraint("(kind = 'rating_at_least') = (value IS NULL)", name="value"),
        CheckConstraint("direction <> 'reduction' OR (kind = 'change' AND value < 0)", name="reduction"),
        UniqueConstraint("id", "kind", "direction", "measure", name="uq_plan_target_measure"),
        ForeignKeyConstraint(
            ["parent_target_id", "kind", "direction", "measure"],
            ["plan_target.id", "plan_target.kind", "plan_target.direction", "plan_target.measure"],
            name="fk_plan_target_parent",
        ),
        Index("ix_plan_target_plan_id", "plan_id", "due_on", "id"),
        Index("ix_plan_target_parent_target_id", "parent_target_id"),
    )

    plan_id: UUID = Field(foreign_key="plan.id")
    title: str = Field(sa_type=Text)
    kind: TargetKind = Field(sa_type=Coded(TargetKind))
    direction: Direction = Field(sa_type=Coded(Direction))
    indicator: str | None = Field(default=None, sa_type=Text)
    organisation_kind: OrganisationKind | None = Field(default=None, sa_type=Coded(OrganisationKind))
    stated_measure: str | None = Field(default=None, sa_type=Text)
    measure: str = Field(sa_type=String(100))
    unit_code: str | None = Field(default=None, sa_type=String(5))
    measured_unit_id: int = Field(foreign_key="unit.id")
    value: float | None = Field(default=None, sa_type=Double)
    rating: str | None = Field(default=None, sa_type=String(40))
    rating_programme: str | None = Field(default=None, sa_type=String(40))
    due_on: date
    parent_target_id: UUID | None = None
    base_value: float | None = Field(default=None, sa_type=Double)
    base_source: str | None = Field(default=None, sa_type=Text)
    base_from_on: date | None = None
    base_to_on: date | None = None
    frozen_base: int | None = None
    frozen_on: date | None = None
    correction_reason: str | None = Field(default=None, sa_type=Text)


class TargetReportRow(OfUnit, table=True):
    """What somebody states of a target that no indicator covers, on a day."""

    __tablename__ = "target_report"
    __table_args__ = of_unit(
        CheckConstraint("count >= 0 AND of_count >= count", name="count"),
        Index(
            "uq_target_report_one_per_day",
            "target_id",
            "reported_on",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
    )

    target_id: UUID = Field(foreign_key="plan_target.id")
    reported_on: date
    count: int
    of_count: int | None = None
    source: str = Field(sa_type=Text)


class PlanReviewRow(OfUnit, table=True):
    """A review of a plan as it was signed. The database lets nobody change it: it can only be voided."""

    __tablename__ = "plan_review"
    __table_args__ = of_unit(
        one_of("kind", ReviewKind),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        Index("ix_plan_review_plan_id", "plan_id", "reviewed_on", "id"),
    )

    plan_id: UUID = Field(foreign_key="plan.id")
    kind: ReviewKind = Field(sa_type=Coded(ReviewKind))
    reviewed_on: date
    signed_by: str = Field(sa_type=Text)
    signed_as: str = Field(sa_type=Text)
    findings: str = Field(sa_type=Text)
    measures: list[dict[str, Any]] = Field(sa_type=JSONB)
    snapshot: dict[str, Any] = Field(sa_type=JSONB)
    sha256: str = Field(sa_type=String(64))
