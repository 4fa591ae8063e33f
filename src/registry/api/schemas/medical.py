"""Bodies of results about HIV and other infections, of referrals to care, and of how many clients live with HIV."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.fields import AsNumber, Day, In, Line, Text, YearIn
from registry.api.schemas.records import NewRecord, PersonRecordOut, RecordOut
from registry.api.schemas.referrals import ReferralSteps
from registry.domain.medical import Infection, InfectionResult, InfectionTreatment
from registry.domain.referral import ReferralStatus


class MedicalResultFields(BaseModel):
    """A result about one infection, and the treatment that follows from it."""

    infection: Infection = Field(description="What the result is about.", examples=["tuberculosis"])
    tested_on: Day = Field(description="Day of the sample. Not after today.", examples=["2026-03-02"])
    result: InfectionResult = Field(
        description="`indeterminate`: neither; another test decides, and is a record of its own.", examples=["positive"]
    )
    facility: Line | None = Field(
        default=None, description="Who made the test.", examples=["Trung tâm Y tế thành phố Tuy Hòa"]
    )
    treatment: InfectionTreatment | None = Field(
        default=None,
        description="Where the treatment stands: antiretrovirals (ARV) for HIV, directly observed treatment (DOT) for "
        "tuberculosis, antivirals or antibiotics for the others. Null where none is due.",
        examples=["ongoing"],
    )
    treatment_started_on: Day | None = Field(
        default=None,
        description="First day of the treatment; given exactly where it has begun (`ongoing`, `interrupted` or "
        "`completed`). It may lie before the test. Not after today.",
        examples=["2026-03-09"],
    )
    note: Text | None = Field(default=None, description="What else those who treat need to know.")


class MedicalResultBody(In, MedicalResultFields):
    """A medical result."""


class MedicalResultIn(NewRecord, MedicalResultFields):
    """A new medical result."""


class MedicalResultOut(PersonRecordOut, MedicalResultFields):
    """A medical result."""


class MedicalReferralFields(ReferralSteps):
    """A health officer refers a person to a service. All of it is sealed as one, the steps and the service too."""

    service_id: UUID = Field(
        description="The service, offered on `made_on`: HIV care or any other. Another service is another referral.",
        examples=[examples.SUPPORT_SERVICE],
    )
    result: Line | None = Field(default=None, description="What a completed referral came to.")
    note: Text | None = Field(default=None, description="What else those who treat need to know.")


class MedicalReferralBody(In, MedicalReferralFields):
    """A medical referral."""


class MedicalReferralIn(NewRecord, MedicalReferralFields):
    """A new medical referral."""


class MedicalReferralOut(PersonRecordOut, MedicalReferralFields):
    """A medical referral."""

    status: ReferralStatus = Field(description="The step that it has come to.")


class HivClientCountFields(BaseModel):
    """How many clients of a counselling point live with HIV in a month."""

    counselling_point_id: UUID = Field(description="The counselling point.", examples=[examples.COUNSELLING_POINT])
    year: YearIn = Field(description="The year.", examples=[2020])
    month: Annotated[int, Field(ge=1, le=12), AsNumber] = Field(
        description="The month, 1 to 12. It has begun, and the point was at work in it.", examples=[7]
    )
    client_count: Annotated[int, Field(ge=0, le=10_000), AsNumber] = Field(
        description="How many of those who came for counselling live with HIV, as the health office knows. Nobody is "
        "named, and no session tells of them.",
        examples=[3],
    )


class HivClientCountBody(In, HivClientCountFields):
    """A count of clients."""


class HivClientCountIn(NewRecord, HivClientCountFields):
    """A new count of clients."""


class HivClientCountOut(RecordOut, HivClientCountFields):
    """A count of clients."""


class HivClientCountPage(Page[HivClientCountOut]):
    """One page of counts of clients, the oldest month first."""
