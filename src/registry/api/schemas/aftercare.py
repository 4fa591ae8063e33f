"""Bodies of what follows rehabilitation and stands beside it: aftercare, and education in the commune."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from registry.api.schemas.cases import Decision
from registry.api.schemas.fields import AsNumber, Day, In
from registry.api.schemas.records import NewRecord, PersonRecordOut
from registry.domain.aftercare import AftercareOutcome, AftercarePlace
from registry.domain.education import EducationEnd
from registry.domain.support import SupportBasis


class AftercareFields(Decision):
    """A term of management after rehabilitation (quản lý sau cai nghiện), by a decision of the commune's chair."""

    course_id: UUID | None = Field(
        default=None,
        description="The completed course that it follows: the `course_id` of the person's episode that ended as "
        "`completed`. Null only for a course that is not on record. A course has one record of aftercare.",
    )
    place: AftercarePlace = Field(
        description="`residence`; `facility` only for terms that began before 2022.", examples=["residence"]
    )
    from_on: Day = Field(
        description="First day of the term: the day on which the course was completed, whenever it was decided.",
        examples=["2026-02-16"],
    )
    planned_months: Annotated[int, Field(ge=1, le=60), AsNumber] = Field(
        description="Term in months. The law in force on `from_on` decides: since 2022, 24 for adults after "
        "compulsory rehabilitation and 12 for everybody else; before, 12 to 24 after compulsory rehabilitation.",
        examples=[12],
    )
    absent_days: Annotated[int, Field(ge=0, le=3650), AsNumber] = Field(
        default=0,
        description="Days of absence from the place of residence without notice: they do not count towards the term "
        "(Decree 116/2021, article 79.1b).",
        examples=[0],
    )
    ended_on: Day | None = Field(default=None, description="Day on which it ended; on it there is none any more.")
    outcome: AftercareOutcome | None = Field(
        default=None,
        description="How it ended; given with `ended_on`. `completed`: the whole term without relapse. `relapsed` "
        "needs a determination `addicted` on record that is dated after `from_on`: a positive test is no relapse.",
    )


class AftercareBody(In, AftercareFields):
    """A term of aftercare."""


class AftercareIn(NewRecord, AftercareFields):
    """A new term of aftercare."""


class AftercareOut(PersonRecordOut, AftercareFields):
    """A term of aftercare."""

    to_on: Day = Field(
        description="First day after the term: `from_on`, `planned_months` later, and `absent_days` more.",
        examples=["2027-02-16"],
    )


class EducationMeasureFields(Decision):
    """Education in the commune: an administrative measure by a decision of the commune's chair."""

    legal_basis: SupportBasis = Field(
        default=SupportBasis.DECISION,
        description="The ground of the measure: the decision of the commune's chair, unless the record says otherwise. "
        "Nobody is under a measure by `consent`.",
        examples=["decision"],
    )
    from_on: Day = Field(description="First day of the measure. Not after today.", examples=["2026-03-01"])
    to_on: Day = Field(description="First day after its term, as decided.", examples=["2026-09-01"])
    ended_on: Day | None = Field(
        default=None,
        description="Day on which it ended before or with its term. Without it, it is in force until `to_on`.",
    )
    end_reason: EducationEnd | None = Field(default=None, description="Why it ended; given with `ended_on`.")


class EducationMeasureBody(In, EducationMeasureFields):
    """A measure of education."""


class EducationMeasureIn(NewRecord, EducationMeasureFields):
    """A new measure of education."""


class EducationMeasureOut(PersonRecordOut, EducationMeasureFields):
    """A measure of education."""
