"""What no person owns: organisations, decisions on communes, reported counts."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, Text, false, text
from sqlmodel import Field, SQLModel

from registry.db.tables.columns import Coded, OfUnit, of_unit, one_of, person_key
from registry.domain.organisation import OrganisationKind, ReachReason
from registry.domain.situation import CommuneStatus


class OrganisationRow(OfUnit, table=True):
    """A provider of treatment. `site_unit_id` is the unit it was named in, `unit_id` the one of today's map."""

    __tablename__ = "organisation"
    __table_args__ = of_unit(
        one_of("kind", OrganisationKind),
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="order"),
        Index("uq_organisation_code", "code", unique=True, postgresql_where=text("state = 'active'")),
        Index("ix_organisation_sort_key", "sort_key", "id"),
    )

    in_directory = True

    code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    sort_key: str = Field(sa_type=Text(collation="C"))
    kind: OrganisationKind = Field(sa_type=Coded(OrganisationKind))
    unit_code: str = Field(sa_type=String(5))
    site_unit_id: int = Field(foreign_key="unit.id")
    opened_on: date
    closed_on: date | None = None


class CommuneStatusRow(OfUnit, table=True):
    """A dated decision on a commune."""

    __tablename__ = "commune_status"
    __table_args__ = of_unit(
        one_of("status", CommuneStatus),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="order"),
        Index("ix_commune_status_commune_unit_id", "commune_unit_id", "from_on"),
    )

    unit_code: str = Field(sa_type=String(5))
    commune_unit_id: int = Field(foreign_key="unit.id")
    status: CommuneStatus = Field(sa_type=Coded(CommuneStatus))
    from_on: date
    to_on: date | None = None
    decision_number: str | None = Field(default=None, sa_type=Text)
    decision_on: date | None = None
    issuer: str | None = Field(default=None, sa_type=Text)


class SuspectedCountRow(OfUnit, table=True):
    """How many people a commune suspects of addiction on a day: a reported number, no people."""

    __tablename__ = "suspected_count"
    __table_args__ = of_unit(
        CheckConstraint("count >= 0", name="count"),
        Index(
            "uq_suspected_count_one_per_day",
            "commune_unit_id",
            "counted_on",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
    )

    unit_code: str = Field(sa_type=String(5))
    commune_unit_id: int = Field(foreign_key="unit.id")
    counted_on: date
    count: int
    source: str | None = Field(default=None, sa_type=Text)


class ReachRow(SQLModel, table=True):
    """Why and how long an organisation reaches a person."""

    __tablename__ = "reach"
    __table_args__ = (
        person_key(),
        one_of("because", ReachReason),
        Index("ix_reach_organisation_id", "organisation_id", "person_id"),
        Index("ix_reach_ending", "until_on", postgresql_where=text("NOT is_over")),
    )

    person_id: UUID = Field(primary_key=True)
    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    because: ReachReason = Field(primary_key=True, sa_type=Coded(ReachReason))
    record_id: UUID = Field(primary_key=True)
    unit_id: int
    from_on: date
    until_on: date | None = None
    is_over: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the organisation has been told that it is over."""
