"""What a commune does and how many live there: activities, population."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.db.tables.columns import Coded, OfUnit, all_of, codes_of, of_unit, one_of
from registry.domain.activity import ActivityKind, ActivityStage, Audience, CampaignForm, Finding


class ActivityRow(OfUnit, table=True):
    """A campaign, training, conference or inspection. `place_unit_id` is the unit that it was named in."""

    __tablename__ = "activity"
    __table_args__ = of_unit(
        one_of("kind", ActivityKind),
        one_of("stage", ActivityStage),
        one_of("form", CampaignForm),
        all_of("audiences", Audience),
        all_of("findings", Finding),
        CheckConstraint("reach >= 0 AND materials >= 0", name="counts"),
        CheckConstraint("dated_on = coalesce(held_on, planned_on)", name="dated"),
        CheckConstraint("settled_on IS NULL OR settled_on >= held_on", name="order"),
        Index("ix_activity_dated_on", "dated_on", "id"),
        Index("ix_activity_place_unit_id", "place_unit_id", "dated_on"),
    )

    kind: ActivityKind = Field(sa_type=Coded(ActivityKind))
    unit_code: str = Field(sa_type=String(5))
    place_unit_id: int = Field(foreign_key="unit.id")
    topic: str = Field(sa_type=Text)
    organiser: str | None = Field(default=None, sa_type=Text)
    planned_on: date | None = None
    held_on: date | None = None
    dated_on: date
    stage: ActivityStage = Field(sa_type=Coded(ActivityStage))
    form: CampaignForm | None = Field(default=None, sa_type=Coded(CampaignForm))
    audiences: list[Audience] = Field(sa_type=codes_of(Audience))
    reach: int | None = Field(default=None, sa_type=Integer)
    materials: int | None = Field(default=None, sa_type=Integer)
    participants: list[dict[str, Any]] = Field(sa_type=JSONB)
    findings: list[Finding] = Field(sa_type=codes_of(Finding))
    settled_on: date | None = None


class CommunePopulationRow(OfUnit, table=True):
    """How many people live in a commune in a year."""

    __tablename__ = "commune_population"
    __table_args__ = of_unit(
        CheckConstraint("population >= 0", name="population"),
        Index(
            "uq_commune_population_one_per_year",
            "commune_unit_id",
            "year",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
    )

    unit_code: str = Field(sa_type=String(5))
    commune_unit_id: int = Field(foreign_key="unit.id")
    year: int = Field(sa_type=SmallInteger)
    population: int = Field(sa_type=Integer)
    source: str = Field(sa_type=Text)
