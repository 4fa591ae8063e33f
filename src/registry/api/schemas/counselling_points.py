"""Bodies of counselling points."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from registry.api.pagination import Page
from registry.api.schemas.cases import Decision
from registry.api.schemas.fields import GradeCode, In, Line
from registry.api.schemas.records import NewRecord, RecordOut
from registry.api.schemas.situation import DirectoryFields
from registry.domain.network import PointService, Weekday
from registry.domain.staffing import COMMUNITY_COUNSELLING

TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]
"""A time of day in Viet Nam, `HH:MM`."""


class OpeningHours(BaseModel):
    """A stretch of a weekday, every week."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weekday: Weekday = Field(description="The day of the week.", examples=["monday"])
    opens: TimeOfDay = Field(description="From when, `HH:MM`.", examples=["07:30"])
    closes: TimeOfDay = Field(description="Until when, `HH:MM`; later on the same day.", examples=["11:30"])


class CounsellingPointFields(DirectoryFields, Decision):
    """A point of counselling, care and support of addiction treatment in a commune.

    `opened_on` is the day of its launch; the decision is the one that founded it.
    """

    programme: GradeCode = Field(
        default=COMMUNITY_COUNSELLING,
        description="The programme that it belongs to, whose norm of staffing it is compared with "
        "(`GET /v1/staffing-norms`).",
        examples=[COMMUNITY_COUNSELLING],
    )
    place: Line | None = Field(
        default=None, description="Where in the commune it is.", examples=["Trụ sở UBND thị trấn Thanh Lãng"]
    )
    opening_hours: list[OpeningHours] = Field(
        default=[],
        description="When it is open, week after week; a day without hours is a day on which it is closed. Stretches "
        "of one day do not overlap.",
        max_length=42,
    )
    services: list[PointService] = Field(
        default=[],
        description="What it offers.",
        examples=[["individual_counselling", "referral"]],
        max_length=len(PointService),
    )


class CounsellingPointBody(In, CounsellingPointFields):
    """A counselling point."""


class CounsellingPointIn(NewRecord, CounsellingPointFields):
    """A new counselling point."""


class CounsellingPointOut(RecordOut, CounsellingPointFields):
    """A counselling point. Its id is that of the organisation that the directory shows."""


class CounsellingPointPage(Page[CounsellingPointOut]):
    """One page of counselling points, in Vietnamese order of their names."""
