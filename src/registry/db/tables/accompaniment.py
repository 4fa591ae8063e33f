"""People whom somebody of the network accompanies, and the visits to them."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text
from sqlmodel import Field

from registry.db.tables.columns import Coded, OfPerson, SealedText, of_person, one_of
from registry.domain.support import SupportBasis, VisitKind
from registry.vault.sealed import Sealed


class AccompanimentRow(OfPerson, table=True):
    """A worker of an organisation accompanies a person, from a day on, until (but without) another."""

    __tablename__ = "accompaniment"
    __table_args__ = of_person(
        one_of("legal_basis", SupportBasis),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="order"),
        Index("ix_accompaniment_organisation_id", "organisation_id", "from_on"),
        Index("ix_accompaniment_worker_id", "worker_id"),
    )

    organisation_column = "organisation_id"

    organisation_id: UUID = Field(foreign_key="organisation.id")
    worker_id: UUID = Field(foreign_key="network_worker.id")
    legal_basis: SupportBasis = Field(sa_type=Coded(SupportBasis))
    from_on: date
    to_on: date | None = None
    decision_number: str | None = Field(default=None, sa_type=Text)
    decision_on: date | None = None
    issuer: str | None = Field(default=None, sa_type=Text)


class VisitRow(OfPerson, table=True):
    """A visit within an accompaniment. Both are erased together, in whatever order."""

    __tablename__ = "visit"
    __table_args__ = of_person(
        one_of("kind", VisitKind),
        one_of("legal_basis", SupportBasis),
        ForeignKeyConstraint(
            ["person_id", "accompaniment_id"],
            ["accompaniment.person_id", "accompaniment.id"],
            deferrable=True,
            initially="DEFERRED",
        ),
        Index("ix_visit_accompaniment_id", "person_id", "accompaniment_id"),
        Index("ix_visit_organisation_id", "organisation_id", "visited_on"),
    )

    organisation_column = "organisation_id"

    accompaniment_id: UUID
    organisation_id: UUID = Field(foreign_key="organisation.id")
    legal_basis: SupportBasis = Field(sa_type=Coded(SupportBasis))
    visited_on: date
    kind: VisitKind = Field(sa_type=Coded(VisitKind))
    note: Sealed | None = Field(default=None, sa_type=SealedText)
