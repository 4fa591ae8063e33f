"""How a plan stands on a day: each target with its figure, what it rests on, and what lower units were given."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from registry.api.notices import Notice
from registry.api.schemas.attainment import (
    Actual,
    Attained,
    AttainmentOut,
    DueOn,
    Kind,
    Measured,
    MeasuredOn,
    Number,
    Rating,
    Shortfall,
    Side,
    Sites,
    Status,
    Title,
    Value,
    Words,
)
from registry.api.schemas.fields import Out
from registry.api.schemas.pull import POSITION
from registry.api.schemas.records import Version
from registry.api.schemas.reports import ReportUnitOut
from registry.domain.plan import PlanStatus

MOST_TARGETS = 1000
MOST_PARTS = 10_000

Whole = Annotated[int, Field(ge=0, le=2**53)]


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


class TargetProgressOut(Out):
    """How a target stands, and what its figure rests on."""

    target_id: UUID = Field(description="The target.")
    version: Version
    title: Title
    kind: Kind
    direction: Side
    value: Value
    rating: Rating
    due_on: DueOn
    unit: ReportUnitOut = Field(description="The unit that is measured, on the map of `measured_on`.")
    measured_on: MeasuredOn
    indicator: Measured
    organisation_kind: Sites
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
    parts: Annotated[list[AttainmentOut], Field(json_schema_extra={"maxItems": MOST_PARTS})] | None = Field(
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
