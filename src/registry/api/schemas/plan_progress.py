"""How a plan stands on a day: each target with its figure, what it rests on, and what lower units were given."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from registry.api.notices import Notice, at_most
from registry.api.schemas.fields import Out, UnitCode
from registry.api.schemas.pull import POSITION
from registry.api.schemas.records import Version
from registry.api.schemas.reports import ReportUnitOut
from registry.domain.indicator import Indicator
from registry.domain.organisation import OrganisationKind
from registry.domain.plan import PlanStatus
from registry.domain.plan_attainment import TargetStatus
from registry.domain.plan_target import Direction, TargetKind

MOST_TARGETS = 1000
MOST_PARTS = 10_000

Number = Annotated[float, Field(ge=-100, le=2**53)]
Whole = Annotated[int, Field(ge=0, le=2**53)]
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


class BaseOut(Out):
    """What a change is measured against."""

    value: Number | None = Field(
        description="The base: as stated, as frozen at the approval, or as it is now while the plan is a draft."
    )
    source: Words | None = Field(description="Where it is stated; null where it is computed.")
    from_on: date | None = Field(description="First day of the period that it is the figure of.")
    to_on: date | None = Field(description="Last day of that period.")
    frozen_on: date | None = Field(description="Day on which it was frozen.")
    live_value: Number | None = Field(description="The same figure computed now; late records make it another one.")


class StatementOut(Out):
    """The statement that a figure is taken from."""

    report_id: UUID = Field(description="The record in `target-reports`.")
    reported_on: date = Field(description="The day of which it is stated.")
    source: Words = Field(description="Who states it and where.")


class AllotmentOut(Out):
    """How much of a target was given to lower units by plans that are approved."""

    allotted: Number = Field(description="What they were given in all.", examples=[45])
    unallotted: Number = Field(description="What nobody was given.", examples=[5])
    excess: Number = Field(description="What was given beyond the whole.", examples=[0])


class PartOut(Out):
    """How a lower unit stands with what it was given."""

    target_id: UUID = Field(description="The target of the lower plan.")
    plan_id: UUID = Field(description="The lower plan.")
    unit_code: UnitCode = Field(description="The lower unit's code on `measured_on`.")
    unit_name: str = Field(description="Its name on that day.", max_length=100)
    value: Number | None = Field(description="What it was given.")
    due_on: date = Field(description="Day on which it is due.")
    measured_on: MeasuredOn
    actual: Actual
    status: Status
    attained_pct: Attained
    shortfall: Shortfall


class TargetProgressOut(Out):
    """How a target stands, and what its figure rests on."""

    target_id: UUID = Field(description="The target.")
    version: Version
    title: Words = Field(description="The target in the words of the document.")
    kind: TargetKind = Field(description="What kind of number it sets.")
    direction: Direction = Field(description="On which side of the value it is met.")
    value: Number | None = Field(description="The value; null of a rating.")
    rating: str | None = Field(description="Of a rating: the lowest that meets it.", max_length=40)
    due_on: date = Field(description="Day on which it is due.")
    unit: ReportUnitOut = Field(description="The unit that is measured, on the map of `measured_on`.")
    measured_on: MeasuredOn
    indicator: Indicator | None = Field(description="The indicator that is measured.")
    organisation_kind: OrganisationKind | None = Field(description="The organisations that are counted.")
    definition: Words = Field(description="What is counted, in Vietnamese or English by Accept-Language.")
    numerator: Whole | None = Field(
        description="What was counted: of a share the part, of a coverage the communes, of a change the present count."
    )
    denominator: Whole | None = Field(
        description="Of a share the whole, of a coverage all communes of the unit on that day's map."
    )
    base: BaseOut | None = Field(description="Of a change: what it is measured against.")
    statement: StatementOut | None = Field(description="Where no indicator covers it: what the figure is taken from.")
    actual: Actual
    status: Status
    attained_pct: Attained
    shortfall: Shortfall
    allotment: AllotmentOut | None = Field(
        description="Of a `level` or `coverage`, which are summed: what lower units were given. Null without `by=unit`."
    )
    parts: Annotated[list[PartOut], Field(json_schema_extra={"maxItems": MOST_PARTS})] | None = Field(
        description="With `by=unit`: what lower units were given by approved plans, and how each stands."
    )
    warnings: list[Notice] = Field(description="What to look at; empty when nothing is.", max_length=20)


class PlanProgressOut(Out):
    """How a plan stands on a day, computed at the moment of asking."""

    plan_id: UUID = Field(description="The plan.")
    version: Version
    document_number: Words = Field(description="Number of its document.")
    status: PlanStatus = Field(description="A draft, too, is measured.")
    unit: ReportUnitOut = Field(description="The unit that plans.")
    from_on: date = Field(description="First day of its period: flows are counted from then on.")
    to_on: date = Field(description="Last day of its period.")
    on: date = Field(description="The day asked for.")
    generated_at: datetime = Field(description="When the figures were computed from the records.")
    feed_epoch: UUID = Field(description="The history to which the feed's position belongs.")
    feed_position: Annotated[str, Field(pattern=POSITION, max_length=20)] = Field(
        description="Everything that the feed tells below this position is in the figures."
    )
    map_edition: Annotated[int, Field(ge=1, le=10_000)] = Field(description="The edition of the map on that day.")
    targets: list[TargetProgressOut] = Field(
        description="Its targets, what is due first before the others.", json_schema_extra={"maxItems": MOST_TARGETS}
    )
