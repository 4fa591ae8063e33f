"""Clubs of people after rehabilitation: the club, who belongs to it, the guidance that it gets and how it is rated."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from registry.db.tables.columns import Coded, OfPerson, OfUnit, all_of, codes_of, of_person, of_unit, one_of
from registry.db.tables.network import OwnOrganisation, of_organisation
from registry.domain.activity import Finding
from registry.domain.club import MemberKind
from registry.domain.support import SupportBasis

_COUNTS = ("family_count", "volunteer_count", "collaborator_count")


class ClubRow(OwnOrganisation, table=True):
    """A club. Members who are not on file are counted; who is on file is a membership."""

    __tablename__ = "club"
    __table_args__ = of_organisation(
        CheckConstraint(" AND ".join(f"{count} >= 0" for count in _COUNTS), name="counts"),
        Index("ix_club_sort_key", "sort_key", "id"),
        Index("ix_club_site_unit_id", "site_unit_id", "opened_on"),
    )

    programme: str | None = Field(default=None, sa_type=String(40))
    place: str | None = Field(default=None, sa_type=Text)
    family_count: int | None = None
    volunteer_count: int | None = None
    collaborator_count: int | None = None
    counted_on: date | None = None
    earlier_counts: list[dict[str, Any]] = Field(sa_type=JSONB)


class MembershipRow(OfPerson, table=True):
    """A person on file belongs to a club, from a day on, until (but without) another."""

    __tablename__ = "membership"
    __table_args__ = of_person(
        one_of("kind", MemberKind),
        one_of("legal_basis", SupportBasis),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="order"),
        Index("ix_membership_organisation_id", "organisation_id", "from_on"),
        Index(
            "uq_membership_one_open",
            *("person_id", "organisation_id"),
            unique=True,
            postgresql_where=text("to_on IS NULL AND state = 'active'"),
        ),
    )

    organisation_column = "organisation_id"

    organisation_id: UUID = Field(foreign_key="club.id")
    kind: MemberKind = Field(sa_type=Coded(MemberKind))
    legal_basis: SupportBasis = Field(sa_type=Coded(SupportBasis))
    from_on: date
    to_on: date | None = None
    decision_number: str | None = Field(default=None, sa_type=Text)
    decision_on: date | None = None
    issuer: str | None = Field(default=None, sa_type=Text)


class ClubGuidanceVisitRow(OfUnit, table=True):
    """Guidance of a club. `commune_unit_id` is where the club was, on the map of that day."""

    __tablename__ = "club_guidance_visit"
    __table_args__ = of_unit(
        all_of("findings", Finding),
        Index("ix_club_guidance_visit_organisation_id", "organisation_id", "visited_on"),
        Index("ix_club_guidance_visit_visited_on", "visited_on", "id"),
    )

    organisation_column = "organisation_id"

    organisation_id: UUID = Field(foreign_key="club.id")
    commune_unit_id: int = Field(foreign_key="unit.id")
    visited_on: date
    place: str | None = Field(default=None, sa_type=Text)
    guided_by: str = Field(sa_type=Text)
    topic: str | None = Field(default=None, sa_type=Text)
    findings: list[Finding] = Field(sa_type=codes_of(Finding))


class ClubRatingRow(OfUnit, table=True):
    """How a club is rated for a year. Programme and rank are those of the scale that it was given on."""

    __tablename__ = "club_rating"
    __table_args__ = of_unit(
        Index(
            "uq_club_rating_one_per_year",
            *("organisation_id", "year"),
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_club_rating_rated_on", "rated_on", "id"),
    )

    organisation_column = "organisation_id"

    organisation_id: UUID = Field(foreign_key="club.id")
    commune_unit_id: int = Field(foreign_key="unit.id")
    year: int = Field(sa_type=SmallInteger)
    rating: str = Field(sa_type=String(40))
    programme: str = Field(sa_type=String(40))
    rank: int = Field(sa_type=SmallInteger)
    rated_on: date
    counts_from: date
    decision_number: str | None = Field(default=None, sa_type=Text)
    issuer: str | None = Field(default=None, sa_type=Text)
