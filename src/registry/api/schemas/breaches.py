"""Bodies of the register of breaches."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from registry.api.pagination import Page
from registry.api.schemas.fields import AsNumber, In, Instant, Line, Text, UnitCode
from registry.api.schemas.records import NewRecord, RecordOut
from registry.domain.breach import BreachKind, BreachStatus, DataCategory, Harm


class BreachFields(BaseModel):
    """A breach of data protection: what happened and what was done about it. Never to whom it happened."""

    unit_code: UnitCode = Field(
        description="The unit whose data it is about, by its code on the day of detection.", examples=["66"]
    )
    kind: BreachKind = Field(description="What happened to the data.", examples=["unauthorised_access"])
    detected_at: Instant = Field(
        description="When it was detected: from then on the 72 hours run.", examples=["2026-11-20T01:30:00Z"]
    )
    description: Text = Field(
        description="What happened. No names, numbers or addresses of people: the register holds no personal data.",
        examples=["A phone with an unlocked session was lost."],
    )
    data_categories: list[DataCategory] = Field(
        description="Which data it happened to.",
        examples=[["identification", "case_file"]],
        min_length=1,
        max_length=len(DataCategory),
    )
    affected_count: Annotated[int, Field(ge=0, le=100_000_000), AsNumber] | None = Field(
        default=None, description="How many people are affected, as far as is known: an estimate.", examples=[40]
    )
    may_harm: list[Harm] = Field(
        description="What it may harm. The authority is told of a breach that may do any of these; an empty list says "
        "that no harm is expected.",
        examples=[["honour"]],
        max_length=len(Harm),
    )
    measures: Text | None = Field(
        default=None, description="What was done to end it and to limit the harm.", examples=["The session was ended."]
    )
    notified_at: Instant | None = Field(default=None, description="When the authority was told; null while it is not.")
    authority: Line | None = Field(default=None, description="Which authority was told; given with `notified_at`.")
    reference: Line | None = Field(default=None, description="The number under which the authority keeps it.")
    closed_at: Instant | None = Field(default=None, description="When the work on it ended; null while it goes on.")
    outcome: Text | None = Field(default=None, description="What came of it.")


class BreachBody(In, BreachFields):
    """A breach."""


class BreachIn(NewRecord, BreachFields):
    """A new breach."""


class BreachOut(RecordOut, BreachFields):
    """A breach."""

    notify_by: Instant | None = Field(
        description="Until when the authority is told: 72 hours after detection; null where no harm is expected."
    )
    status: BreachStatus = Field(description="Where it stands.", examples=["open"])


class NotificationIn(In):
    """The notification of the authority."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"notified_at": "2026-11-20T08:00:00Z", "authority": "A05, Bộ Công an", "reference": "17/TB"}]
        }
    )

    notified_at: Instant = Field(description="When it was told.", examples=["2026-11-20T08:00:00Z"])
    authority: Line = Field(description="Which authority was told.", examples=["A05, Bộ Công an"])
    reference: Line | None = Field(
        default=None, description="The number under which it keeps the breach.", examples=["17/TB"]
    )


class ClosingIn(In):
    """The end of the work on a breach."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"closed_at": "2026-11-21T02:00:00Z", "outcome": "The phone was found, nothing was read."}]
        }
    )

    closed_at: Instant = Field(description="When the work ended.", examples=["2026-11-21T02:00:00Z"])
    outcome: Text = Field(description="What came of it.", examples=["The phone was found, nothing was read."])


class BreachPage(Page[BreachOut]):
    """One page of breaches, the oldest first."""
