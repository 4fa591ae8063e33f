"""Bodies of results about HIV and other infections."""

from pydantic import BaseModel, Field

from registry.api.schemas.fields import Day, In, Line, Text
from registry.api.schemas.records import NewRecord, PersonRecordOut
from registry.domain.medical import Infection, InfectionResult, InfectionTreatment


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
