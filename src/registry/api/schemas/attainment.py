"""How far a target is attained: the words that progress, its parts and reports share."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from registry.api.notices import at_most
from registry.api.schemas.fields import Out, UnitCode
from registry.domain.indicator import Indicator
from registry.domain.organisation import OrganisationKind
from registry.domain.plan_attainment import TargetStatus
from registry.domain.plan_target import Direction, TargetKind

Number = Annotated[float, Field(ge=-100, le=2**53)]
Words = Annotated[str, Field(json_schema_extra=at_most(1000))]
Actual = Annotated[
    Number | None,
    Field(
        description="The figure that the target's value is compared with, to one decimal: a count, a percentage, the "
        "change in percent, or how many communes. Null where nothing can be said, which is not zero.",
        examples=[-6.0],
    ),
]
Status = Annotated[
    TargetStatus,
    Field(
        description="`met`; `not_met`; `on_course`: not yet due, and as far as its time has gone, or a cap that is "
        "kept so far; `unknown`: nothing can be said, so it is not met.",
        examples=["met"],
    ),
]
Attained = Annotated[
    Number | None,
    Field(
        description="How much of the target is attained, in percent, rounded down: 100 or more where it is reached. "
        "Of a reduction of 5 % that came to 6 % it is 120. Of a cap it is 100 while it is kept, and falls below.",
        examples=[120.0],
    ),
]
Shortfall = Annotated[
    Number | None, Field(description="How much is missing, rounded up; 0 where nothing is.", examples=[0.0])
]
MeasuredOn = Annotated[
    date,
    Field(
        description="The day that the figure speaks of, whose map it is counted on: the day asked for, or the due "
        "day or the unit's last one where those came earlier.",
        examples=["2019-12-31"],
    ),
]
Value = Annotated[Number | None, Field(description="The value that it sets; null of a rating.", examples=[-5.0])]
Title = Annotated[Words, Field(description="The target in the words of the document.")]
Kind = Annotated[TargetKind, Field(description="What kind of number it sets.")]
Side = Annotated[Direction, Field(description="On which side of the value it is met.")]
Rating = Annotated[str | None, Field(description="Of a rating: the lowest that meets it.", max_length=40)]
DueOn = Annotated[date, Field(description="Day on which it is due.")]
Measured = Annotated[Indicator | None, Field(description="The indicator that is measured.")]
Sites = Annotated[OrganisationKind | None, Field(description="The organisations that are counted.")]


class AttainmentOut(Out):
    """How a target of a plan stands."""

    target_id: UUID = Field(description="The target.")
    plan_id: UUID = Field(description="The plan that sets it.")
    unit_code: UnitCode = Field(description="Code, on `measured_on`, of the unit that is measured.")
    unit_name: str = Field(description="Its name on that day.", max_length=100)
    value: Value
    due_on: DueOn
    measured_on: MeasuredOn
    actual: Actual
    status: Status
    attained_pct: Attained
    shortfall: Shortfall


class ReportedTargetOut(AttainmentOut):
    """How a target of an approved plan stood on the last day of a report."""

    document_number: Words = Field(description="Number of the plan's document.", examples=["86/KH-UBND"])
    title: Title
    kind: Kind
    direction: Side
    rating: Rating
    indicator: Measured
    organisation_kind: Sites
