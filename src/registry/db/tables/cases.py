"""What happens to a person on file: management files, tests, determinations, substances, treatment."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, Text, text
from sqlmodel import Field

from registry.db.tables.columns import Coded, OfPerson, all_of, codes_of, of_person, one_of
from registry.domain.episode import LegalBasis, Modality, Outcome, Therapy, Track
from registry.domain.health import DeterminationResult, Substance, TestMethod, TestResult, UseRoute
from registry.domain.management import CloseReason, FileCategory
from registry.domain.record import RecordState

_ACTIVE = "state = 'active'"


class ManagementFileRow(OfPerson, table=True):
    """A file of a person under management."""

    __tablename__ = "management_file"
    __table_args__ = of_person(
        one_of("category", FileCategory),
        one_of("close_reason", CloseReason),
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="order"),
        CheckConstraint("(closed_on IS NULL) = (close_reason IS NULL)", name="closed"),
        Index(
            "uq_management_file_one_open_per_category",
            "person_id",
            "category",
            unique=True,
            postgresql_where=text(f"closed_on IS NULL AND {_ACTIVE}"),
        ),
        Index("ix_management_file_unit_id", "unit_id", "opened_on"),
        Index("ix_management_file_opened_on", "opened_on", "closed_on", "category", "person_id"),
        states=RecordState,
    )

    category: FileCategory = Field(sa_type=Coded(FileCategory))
    opened_on: date
    decision_number: str | None = Field(default=None, sa_type=Text)
    decision_on: date | None = None
    issuer: str | None = Field(default=None, sa_type=Text)
    closed_on: date | None = None
    close_reason: CloseReason | None = Field(default=None, sa_type=Coded(CloseReason))


class DrugTestRow(OfPerson, table=True):
    """A test for drugs in the body (form 03 of Decree 105/2021)."""

    __tablename__ = "drug_test"
    __table_args__ = of_person(
        one_of("method", TestMethod), one_of("result", TestResult), all_of("substances", Substance)
    )

    tested_on: date
    method: TestMethod = Field(sa_type=Coded(TestMethod))
    result: TestResult = Field(sa_type=Coded(TestResult))
    substances: list[Substance] = Field(sa_type=codes_of(Substance))
    tested_by: str | None = Field(default=None, sa_type=Text)


class DeterminationRow(OfPerson, table=True):
    """A determination of addiction by a qualified body (Circular 18/2021/TT-BYT)."""

    __tablename__ = "determination"
    __table_args__ = of_person(one_of("result", DeterminationResult), all_of("substances", Substance))

    determined_on: date
    result: DeterminationResult = Field(sa_type=Coded(DeterminationResult))
    substances: list[Substance] = Field(sa_type=codes_of(Substance))
    determined_by: str | None = Field(default=None, sa_type=Text)


class SubstanceUseRow(OfPerson, table=True):
    """A substance that a person uses, as noted on a day."""

    __tablename__ = "substance_use"
    __table_args__ = of_person(one_of("substance", Substance), one_of("route", UseRoute))

    substance: Substance = Field(sa_type=Coded(Substance))
    route: UseRoute = Field(sa_type=Coded(UseRoute))
    noted_on: date
    first_used_year: int | None = Field(default=None, sa_type=SmallInteger)
    days_last_month: int | None = Field(default=None, sa_type=SmallInteger)


class EpisodeRow(OfPerson, table=True):
    """One stay with one provider; `root_id` follows the person's merges, so the track is held by the survivor."""

    __tablename__ = "episode"
    __table_args__ = of_person(
        ForeignKeyConstraint(["root_id"], ["person.id"]),
        one_of("track", Track),
        one_of("modality", Modality),
        one_of("legal_basis", LegalBasis),
        one_of("outcome", Outcome),
        all_of("therapies", Therapy),
        CheckConstraint("(ended_on IS NULL) = (outcome IS NULL)", name="exit"),
        CheckConstraint("ended_on IS NULL OR ended_on >= coalesce(started_on, registered_on)", name="order"),
        Index(
            "uq_episode_one_open_per_track",
            "root_id",
            "track",
            unique=True,
            postgresql_where=text(f"ended_on IS NULL AND {_ACTIVE}"),
        ),
        Index("ix_episode_root_id", "root_id"),
        Index("ix_episode_unit_id", "unit_id", "registered_on"),
        Index("ix_episode_registered_on", "registered_on"),
        Index("ix_episode_provider_id", "provider_id"),
        states=RecordState,
    )

    organisation_column = "provider_id"

    root_id: UUID
    course_id: UUID
    track: Track = Field(sa_type=Coded(Track))
    modality: Modality = Field(sa_type=Coded(Modality))
    legal_basis: LegalBasis = Field(sa_type=Coded(LegalBasis))
    registered_on: date
    started_on: date | None = None
    provider_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    planned_months: int | None = Field(default=None, sa_type=SmallInteger)
    therapies: list[Therapy] = Field(sa_type=codes_of(Therapy))
    decision_number: str | None = Field(default=None, sa_type=Text)
    decision_on: date | None = None
    issuer: str | None = Field(default=None, sa_type=Text)
    ended_on: date | None = None
    outcome: Outcome | None = Field(default=None, sa_type=Coded(Outcome))
