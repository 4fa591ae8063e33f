"""Bodies of reviews of plans."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.fields import Day, In, Line, RecordNewId, Text
from registry.api.schemas.records import NewRecord, RecordOut
from registry.domain.plan_review import ReviewKind

MOST_MEASURES = 50


class MeasureIn(In):
    """Something that is to be done: it waits as a task of who keeps the plan, until somebody says that it is done."""

    id: RecordNewId = Field(
        description="Made by the client. The task names it as its `record_id`.", examples=[examples.PLAN_MEASURE]
    )
    what: Line = Field(description="What is to be done.", examples=["Lập đội công tác xã hội tình nguyện tại phường"])
    owner: Line = Field(description="Who sees to it, by office.", examples=["Phòng LĐTBXH quận"])
    due_on: Day = Field(description="Day on which it is to be done.", examples=["2021-09-30"])


class PlanReviewFields(BaseModel):
    """A review of an approved plan: what it had come to on a day, who signed it, what was found and is to be done."""

    plan_id: UUID = Field(description="The plan; it is approved.", examples=[examples.APPROVED_PLAN])
    kind: ReviewKind = Field(description="The occasion.", examples=["six_month"])
    reviewed_on: Day = Field(description="The day whose figures are kept. Not after today.", examples=["2021-06-30"])
    signed_by: Line = Field(description="Name of the officer who signs.", examples=["Trần Thị Mẫu"])
    signed_as: Line = Field(description="The officer's position.", examples=["Phó Chủ tịch UBND phường 1"])
    findings: Text = Field(
        description="What was found. No names, numbers or addresses of people on file.",
        examples=["Hai phường chưa lập đội tình nguyện."],
    )
    measures: list[MeasureIn] = Field(description="What is to be done.", max_length=MOST_MEASURES)


class PlanReviewBody(In, PlanReviewFields):
    """A review of a plan."""


class PlanReviewIn(NewRecord, PlanReviewFields):
    """A new review of a plan."""


class PlanReviewOut(RecordOut, PlanReviewFields):
    """A review of a plan as it was signed."""

    snapshot: dict[str, Any] = Field(
        description="The plan's progress of that day, as `GET /v1/plans/{id}/progress?by=unit` answered then: values, "
        "definitions, position in the feed, edition of the map."
    )
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)] = Field(
        description="SHA-256 of everything that was signed (docs/plans.md says how); the audit log holds it, too."
    )


class PlanReviewPage(Page[PlanReviewOut]):
    """One page of reviews, the oldest first."""
