"""Bodies of plans, of their targets, and of what is stated for targets that no indicator covers."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.fields import AsNumber, Day, GradeCode, In, Line, UnitCode
from registry.api.schemas.records import NewRecord, RecordOut
from registry.domain.indicator import Indicator
from registry.domain.organisation import OrganisationKind
from registry.domain.plan import PlanStatus
from registry.domain.plan_target import Direction, TargetKind

Value = Annotated[float, Field(ge=-100, le=1_000_000), AsNumber]
Count = Annotated[int, Field(ge=0, le=10_000_000), AsNumber]
BaseValue = Annotated[float, Field(ge=0, le=10_000_000), AsNumber]

_CORRECTION = (
    "Why it was corrected last. Needed for every change once the plan is approved, and each time a new one; "
    "null before."
)


class PlanFields(BaseModel):
    """A plan of a unit for a period, as its document names it."""

    document_number: Line = Field(description="Number of the document.", examples=["86/KH-UBND"])
    issued_on: Day = Field(description="Its date.", examples=["2019-03-27"])
    issuer: Line = Field(description="Who issued it.", examples=["UBND quận Hai Bà Trưng"])
    title: Line | None = Field(default=None, description="What it is about.")
    unit_code: UnitCode = Field(
        description="The province, district or commune that plans, by its code on `from_on`. Districts of the past "
        "are units, too.",
        examples=["007"],
    )
    from_on: Day = Field(description="First day of its period.", examples=["2019-01-01"])
    to_on: Day = Field(description="Last day of its period.", examples=["2019-12-31"])
    parent_plan_id: UUID | None = Field(
        default=None, description="The plan of the unit above that it carries out; null where it names none."
    )
    approved_on: Day | None = Field(
        default=None,
        description="Day on which it was approved; null while it is a draft. It cannot be approved without targets, "
        "nor become a draft again.",
    )
    correction_reason: Line | None = Field(default=None, description=_CORRECTION)


class PlanBody(In, PlanFields):
    """A plan."""


class PlanIn(NewRecord, PlanFields):
    """A new plan: a draft."""


class PlanOut(RecordOut, PlanFields):
    """A plan."""

    status: PlanStatus = Field(description="`draft`, or `approved` since `approved_on`.", examples=["draft"])


class PlanPage(Page[PlanOut]):
    """One page of plans, the oldest period first."""


class ApprovalIn(In):
    """The approval of a plan."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"approved_on": "2019-03-27"}]})

    approved_on: Day = Field(description="Day on which it was approved. Not after today.", examples=["2019-03-27"])


class PlanTargetFields(BaseModel):
    """One target of a plan: what is measured, the value it is compared with, and until when.

    Name one of `indicator`, `organisation_kind` and `stated_measure`.
    """

    plan_id: UUID = Field(description="The plan.", examples=[examples.PLAN])
    title: Line = Field(
        description="The target in the words of the document.", examples=["Giảm 5% số người nghiện so với năm 2018"]
    )
    kind: TargetKind = Field(
        description="`level`: a count. `share`: a percentage of a whole. `change`: the change of a count against a "
        "base, in percent. `coverage`: in how many communes there is at least one. `rating_at_least`: all clubs of "
        "the unit are rated so or better.",
        examples=["change"],
    )
    direction: Direction = Field(
        description="`floor`: at least the value. `cap`: at most. `reduction`: of a `change` alone, it falls at "
        "least by the value, which is negative.",
        examples=["reduction"],
    )
    indicator: Indicator | None = Field(
        default=None,
        description="An indicator of the catalogue (`GET /v1/indicators`); of a `share` one that counts percent. A "
        "breakdown by modality is the indicator of that form: `rehab_persons_community`.",
        examples=["addicted_persons"],
    )
    organisation_kind: OrganisationKind | None = Field(
        default=None, description="Of a `level`, `coverage` or `rating_at_least`: organisations of this kind."
    )
    stated_measure: Line | None = Field(
        default=None, description="What no indicator covers: what somebody states in `target-reports`."
    )
    unit_code: UnitCode | None = Field(
        default=None,
        description="A unit within the plan's, by its code on the plan's `from_on`; null for the whole unit.",
    )
    value: Value | None = Field(
        default=None,
        description="The value, in percent of a `share` or a `change`. Null of a `rating_at_least` alone.",
        examples=[-5],
    )
    rating: GradeCode | None = Field(
        default=None, description="Of a `rating_at_least`: the lowest rating that meets it.", examples=["kha"]
    )
    rating_programme: GradeCode | None = Field(
        default=None, description="Of a `rating_at_least`: the programme whose scale the rating is of."
    )
    due_on: Day = Field(description="Day on which it is due, within the plan's period.", examples=["2019-12-31"])
    parent_target_id: UUID | None = Field(
        default=None,
        description="The target of the parent plan of which this is a part; both measure the same in one direction.",
    )
    base_value: BaseValue | None = Field(
        default=None, description="Of a `change`: the value it is measured against, as `base_source` states it."
    )
    base_source: Line | None = Field(default=None, description="Where `base_value` is stated.")
    base_from_on: Day | None = Field(
        default=None,
        description="Of a `change` without `base_value`: first day of the period whose figure it is measured against. "
        "The figure is computed, and frozen when the plan is approved.",
        examples=["2018-01-01"],
    )
    base_to_on: Day | None = Field(default=None, description="Last day of that period.", examples=["2018-12-31"])
    correction_reason: Line | None = Field(default=None, description=_CORRECTION)


class PlanTargetBody(In, PlanTargetFields):
    """A target of a plan."""


class PlanTargetIn(NewRecord, PlanTargetFields):
    """A new target of a plan."""


class PlanTargetOut(RecordOut, PlanTargetFields):
    """A target of a plan."""

    frozen_base: Count | None = Field(
        description="Of a `change` against a period: the figure as it was when the plan was approved."
    )
    frozen_on: Day | None = Field(description="Day on which it was frozen.")


class PlanTargetPage(Page[PlanTargetOut]):
    """One page of targets, what is due first before the others."""


class TargetReportFields(BaseModel):
    """What somebody states of a target that no indicator covers, on a day."""

    target_id: UUID = Field(description="The target; it has a `stated_measure`.", examples=[examples.STATED_TARGET])
    reported_on: Day = Field(description="The day of which it is stated. Not after today.", examples=["2019-06-30"])
    count: Count = Field(description="The number: of a `share` the part, of a `coverage` the communes.", examples=[9])
    of_count: Count | None = Field(
        default=None, description="Of a `share` alone: the whole, at least the part.", examples=[10]
    )
    source: Line = Field(description="Who states it and where.", examples=["Báo cáo 6 tháng của Phòng LĐTBXH"])


class TargetReportBody(In, TargetReportFields):
    """A stated figure of a target."""


class TargetReportIn(NewRecord, TargetReportFields):
    """A new stated figure of a target."""


class TargetReportOut(RecordOut, TargetReportFields):
    """A stated figure of a target."""


class TargetReportPage(Page[TargetReportOut]):
    """One page of stated figures, the oldest first."""
