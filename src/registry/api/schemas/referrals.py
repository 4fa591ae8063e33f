"""Bodies of services, and of referrals to them."""

from dataclasses import fields
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.fields import AsNumber, CommuneCode, Day, In, Line, Text
from registry.api.schemas.lists import PersonBrief
from registry.api.schemas.records import NewRecord, PersonRecordOut, RecordOut
from registry.domain.referral import EmployerSector, LoanPurpose, ReferralStatus, ServiceKind, Steps
from registry.domain.support import SupportBasis

MOST_VND = 10**12


class SupportServiceFields(BaseModel):
    """A service to which people may be referred."""

    kind: ServiceKind = Field(description="What it does.", examples=["vocational_training"])
    provider_name: Line = Field(
        description="Who offers it: an institution, never a private person.",
        examples=["Trung tâm Giáo dục nghề nghiệp - Giáo dục thường xuyên"],
    )
    unit_code: CommuneCode = Field(
        description="The commune it lies in, by its code on `from_on`. Whoever may read the directory may refer to it "
        "from anywhere.",
        examples=["22015"],
    )
    from_on: Day = Field(description="First day on which it is offered.", examples=["2020-01-01"])
    to_on: Day | None = Field(default=None, description="First day on which it is no longer offered; null while it is.")
    capacity: Annotated[int, Field(ge=1, le=100_000), AsNumber] | None = Field(
        default=None, description="How many people it takes at a time; null where nobody counts.", examples=[30]
    )


class SupportServiceBody(In, SupportServiceFields):
    """A service."""


class SupportServiceIn(NewRecord, SupportServiceFields):
    """A new service."""


class SupportServiceOut(RecordOut, SupportServiceFields):
    """A service."""


class SupportServicePage(Page[SupportServiceOut]):
    """One page of the directory of services, in the order in which they began."""


class ReferralSteps(BaseModel):
    """The days of a referral, none of which lies after today."""

    made_on: Day = Field(description="Day of the referral.", examples=["2020-07-06"])
    accepted_on: Day | None = Field(default=None, description="Day on which the service took the person on.")
    declined_on: Day | None = Field(default=None, description="Day on which it declined; then nothing follows.")
    started_on: Day | None = Field(default=None, description="Day on which it began; it was accepted before.")
    completed_on: Day | None = Field(default=None, description="Day on which it was completed; it had begun before.")
    lost_on: Day | None = Field(
        default=None, description="Day on which the person was lost to it, after any step but the last."
    )

    @property
    def steps(self) -> Steps:
        """The steps, for the rules."""
        return Steps(**{step.name: getattr(self, step.name) for step in fields(Steps)})


class ReferralFields(ReferralSteps):
    """A person is referred to a service."""

    organisation_id: UUID = Field(
        description="Who refers: a counselling point, a club or a team.",
        examples=[examples.COUNSELLING_POINT],
    )
    service_id: UUID = Field(
        description="The service, offered on `made_on`, of any kind but `hiv_care`. Another service is another "
        "referral.",
        examples=[examples.SUPPORT_SERVICE],
    )
    legal_basis: SupportBasis = Field(
        description="Why the organisation may know the person: `consent`, `decision` of an authority, or "
        "`statutory_duty`.",
        examples=["consent"],
    )
    result: Line | None = Field(
        default=None,
        description="What a completed referral came to, in words: the course that was finished, the job that was "
        "found. Sealed.",
    )
    employer_sector: EmployerSector | None = Field(
        default=None, description="Of a completed job placement: where the person works."
    )
    loan_amount: Annotated[int, Field(ge=1, le=MOST_VND), AsNumber] | None = Field(
        default=None, description="Of a completed loan: how much was lent, in whole VND."
    )
    loan_purpose: LoanPurpose | None = Field(default=None, description="Of a completed loan: what it is for.")
    note: Text | None = Field(default=None, description="What those who support the person need to know. Sealed.")


class ReferralBody(In, ReferralFields):
    """A referral."""


class ReferralIn(NewRecord, ReferralFields):
    """A new referral."""


class ReferralOut(PersonRecordOut, ReferralFields):
    """A referral."""

    status: ReferralStatus = Field(description="The step that it has come to.")
    answer_due_on: date = Field(
        description="The day until which the service answers; a task `referral_unanswered` waits from the next one on."
    )


class ReferralLine(ReferralOut):
    """A referral with the person."""

    person: PersonBrief = Field(description="Whom the line is about.")


class ReferralLinePage(Page[ReferralLine]):
    """One page of referrals across people, in Vietnamese order of the names."""
