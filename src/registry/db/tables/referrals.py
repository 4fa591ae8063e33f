"""Services to which people are referred, and the referrals."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, String, Text, text
from sqlmodel import Field

from registry.db.tables.columns import Coded, OfPerson, OfUnit, SealedText, of_person, of_unit, one_of
from registry.domain.referral import EmployerSector, LoanPurpose, ReferralStatus, ServiceKind
from registry.domain.support import SupportBasis
from registry.vault.sealed import Sealed


class SupportServiceRow(OfUnit, table=True):
    """A service in the directory. `site_unit_id` is the unit it was named in, `unit_id` the one of today's map."""

    __tablename__ = "support_service"
    __table_args__ = of_unit(
        one_of("kind", ServiceKind),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="order"),
        CheckConstraint("capacity > 0", name="capacity"),
        Index("ix_support_service_from_on", "from_on", "id"),
    )

    in_directory = True

    kind: ServiceKind = Field(sa_type=Coded(ServiceKind))
    provider_name: str = Field(sa_type=Text)
    unit_code: str = Field(sa_type=String(5))
    site_unit_id: int = Field(foreign_key="unit.id")
    from_on: date
    to_on: date | None = None
    capacity: int | None = None


class ReferralRow(OfPerson, table=True):
    """A person is referred by an organisation to a service. The words of the result are sealed, its numbers count."""

    __tablename__ = "referral"
    __table_args__ = of_person(
        one_of("legal_basis", SupportBasis),
        one_of("status", ReferralStatus),
        one_of("employer_sector", EmployerSector),
        one_of("loan_purpose", LoanPurpose),
        CheckConstraint("accepted_on >= made_on", name="accepted"),
        CheckConstraint("declined_on IS NULL OR (declined_on >= made_on AND accepted_on IS NULL)", name="declined"),
        CheckConstraint("started_on IS NULL OR coalesce(started_on >= accepted_on, false)", name="started"),
        CheckConstraint("completed_on IS NULL OR coalesce(completed_on >= started_on, false)", name="completed"),
        CheckConstraint("loan_amount > 0", name="loan_amount"),
        ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        ForeignKeyConstraint(["service_id"], ["support_service.id"]),
        Index("ix_referral_service_id", "service_id"),
        Index("ix_referral_organisation_id", "organisation_id", "made_on"),
        Index(
            "ix_referral_answer_due_on",
            "answer_due_on",
            postgresql_where=text("status = 'made' AND state = 'active'"),
        ),
    )

    organisation_column = "organisation_id"

    organisation_id: UUID
    service_id: UUID
    legal_basis: SupportBasis = Field(sa_type=Coded(SupportBasis))
    made_on: date
    accepted_on: date | None = None
    declined_on: date | None = None
    started_on: date | None = None
    completed_on: date | None = None
    lost_on: date | None = None
    status: ReferralStatus = Field(sa_type=Coded(ReferralStatus))
    answer_due_on: date
    employer_sector: EmployerSector | None = Field(default=None, sa_type=Coded(EmployerSector))
    result: Sealed | None = Field(default=None, sa_type=SealedText)
    loan_amount: int | None = Field(default=None, sa_type=BigInteger)
    loan_purpose: LoanPurpose | None = Field(default=None, sa_type=Coded(LoanPurpose))
    note: Sealed | None = Field(default=None, sa_type=SealedText)
