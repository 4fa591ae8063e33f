"""HIV and other infections: tables that one database role alone may touch."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, SmallInteger, text
from sqlmodel import Field

from registry.db.tables.columns import OfPerson, OfUnit, SealedFields, of_person, of_unit
from registry.vault.sealed import Sealed


class MedicalResultRow(OfPerson, table=True):
    """A result, sealed as a whole: not even which infection it is about, or which fields are filled in, can be seen."""

    __tablename__ = "medical_result"
    __table_args__ = of_person()

    content: Sealed = Field(
        sa_type=SealedFields(
            *("infection", "tested_on", "result", "facility", "treatment", "treatment_started_on", "note")
        )
    )


class MedicalReferralRow(OfPerson, table=True):
    """A referral by a health officer, sealed as a whole: to which service it is would tell of the infection."""

    __tablename__ = "medical_referral"
    __table_args__ = of_person()

    content: Sealed = Field(
        sa_type=SealedFields(
            *("service_id", "made_on", "accepted_on", "declined_on", "started_on", "completed_on", "lost_on"),
            *("status", "result", "note"),
        )
    )


OF_HEALTH: frozenset[type[OfPerson]] = frozenset({MedicalResultRow, MedicalReferralRow})
"""What is recorded of people for health officers alone."""


class HivClientCountRow(OfUnit, table=True):
    """How many clients of a counselling point live with HIV in a month. No organisation has it as its own."""

    __tablename__ = "hiv_client_count"
    __table_args__ = of_unit(
        CheckConstraint("month BETWEEN 1 AND 12", name="month"),
        CheckConstraint("client_count >= 0", name="client_count"),
        Index(
            "uq_hiv_client_count_one_per_month",
            *("counselling_point_id", "year", "month"),
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
    )

    counselling_point_id: UUID = Field(foreign_key="organisation.id")
    year: int = Field(sa_type=SmallInteger)
    month: int = Field(sa_type=SmallInteger)
    client_count: int = Field(sa_type=Integer)
