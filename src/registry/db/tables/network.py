"""What a commune sets up around its people: organisations that have a table of their own."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.schema import SchemaItem
from sqlmodel import Field

from registry.db.tables.columns import OfUnit, all_of, codes_of, of_unit
from registry.domain.network import PointService
from registry.domain.staffing import COMMUNITY_COUNSELLING


class OwnOrganisation(OfUnit):
    """An organisation whose kind has a table of its own: the whole record, whose id is the organisation's.

    The row of `organisation` is its entry in the directory, written after it in the same transaction.
    """

    organisation_column = "id"

    code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    sort_key: str = Field(sa_type=Text(collation="C"))
    unit_code: str = Field(sa_type=String(5))
    site_unit_id: int = Field(foreign_key="unit.id")
    opened_on: date
    closed_on: date | None = None
    decision_number: str | None = Field(default=None, sa_type=Text)
    decision_on: date | None = None
    issuer: str | None = Field(default=None, sa_type=Text)


def of_organisation(*items: SchemaItem) -> tuple[SchemaItem, ...]:
    """Table arguments of an organisation with a table of its own; its entry there may be written after it."""
    entry = ForeignKeyConstraint(["id"], ["organisation.id"], deferrable=True, initially="DEFERRED")
    return of_unit(entry, *items)


class CounsellingPointRow(OwnOrganisation, table=True):
    """A counselling point: at work from `opened_on` to `closed_on`, in the unit that its launch found."""

    __tablename__ = "counselling_point"
    __table_args__ = of_organisation(
        all_of("services", PointService),
        Index("ix_counselling_point_sort_key", "sort_key", "id"),
        Index("ix_counselling_point_site_unit_id", "site_unit_id", "opened_on"),
    )

    programme: str = Field(
        default=COMMUNITY_COUNSELLING, sa_type=String(40), sa_column_kwargs={"server_default": COMMUNITY_COUNSELLING}
    )
    place: str | None = Field(default=None, sa_type=Text)
    opening_hours: list[dict[str, Any]] = Field(sa_type=JSONB)
    services: list[PointService] = Field(sa_type=codes_of(PointService))


class VolunteerTeamRow(OwnOrganisation, table=True):
    """A volunteer social-work team, from its founding to its dissolution."""

    __tablename__ = "volunteer_team"
    __table_args__ = of_organisation(
        Index("ix_volunteer_team_sort_key", "sort_key", "id"),
        Index(
            "uq_volunteer_team_one_open",
            "site_unit_id",
            unique=True,
            postgresql_where=text("closed_on IS NULL AND state = 'active'"),
        ),
    )

    dissolution_number: str | None = Field(default=None, sa_type=Text)
    dissolution_on: date | None = None
    dissolution_issuer: str | None = Field(default=None, sa_type=Text)
