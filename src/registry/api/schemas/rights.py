"""Bodies of what people on file ask of the register."""

from pydantic import BaseModel, ConfigDict, Field

from registry.api.pagination import Page
from registry.api.schemas.fields import Day, In, Text
from registry.api.schemas.lists import PersonBrief
from registry.api.schemas.records import NewRecord, PersonRecordOut
from registry.domain.subject_request import (
    AnswerDecision,
    Channel,
    Representation,
    RequestClock,
    Requester,
    RequestKind,
    RequestStatus,
)


class SubjectRequestFields(BaseModel):
    """What a person asked of the register about their own data, and what became of it."""

    kind: RequestKind = Field(
        description="`access`: to see the data or have a copy. `correction`: to have a mistake mended. `restriction` "
        "and `objection`: to have the processing stopped but for what the law demands. `erasure`: to have the data "
        "erased, which takes an order of an authority.",
        examples=["access"],
    )
    received_on: Day = Field(description="Day on which it arrived. Not after today.", examples=["2026-11-19"])
    channel: Channel = Field(description="How it arrived.", examples=["in_person"])
    requester: Requester = Field(description="Who asked.", examples=["self"])
    representation: Representation | None = Field(
        default=None,
        description="By what right a representative asks; required with `requester` `representative`, absent "
        "otherwise. The rights of a child are exercised by a representative (Law 91/2025/QH15, article 24).",
    )
    details: Text | None = Field(default=None, description="What exactly is asked, in the words of the request.")
    answered_on: Day | None = Field(default=None, description="Day of the answer; null while there is none.")
    decision: AnswerDecision | None = Field(default=None, description="What the answer is; given with `answered_on`.")
    reason: Text | None = Field(
        default=None, description="Why; required where the request is refused, in whole or in part."
    )
    withdrawn_on: Day | None = Field(default=None, description="Day on which the person took the request back.")
    lifted_on: Day | None = Field(
        default=None, description="Day on which the restriction that was granted ended; null while it holds."
    )
    lift_reason: Text | None = Field(default=None, description="Why the restriction ended.")


class SubjectRequestBody(In, SubjectRequestFields):
    """A request of a person."""


class SubjectRequestIn(NewRecord, SubjectRequestFields):
    """A new request of a person."""


class SubjectRequestOut(PersonRecordOut, SubjectRequestFields):
    """A request of a person."""

    due_on: Day = Field(
        description="Last day on which an answer is in time: two working days after the request arrived, which itself "
        "does not count (Decree 356/2025)."
    )
    status: RequestStatus = Field(description="Where it stands.", examples=["open"])


class AnswerIn(In):
    """The answer to a request."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"answered_on": "2026-11-20", "decision": "refused", "reason": "The file is kept by law until it ends."}
            ]
        }
    )

    answered_on: Day = Field(description="Day of the answer. Not after today.", examples=["2026-11-20"])
    decision: AnswerDecision = Field(description="What the answer is.", examples=["refused"])
    reason: Text | None = Field(
        default=None,
        description="Why; required where the request is refused, in whole or in part.",
        examples=["The file is kept by law until it ends."],
    )


class WithdrawalIn(In):
    """The end of a request that the person took back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"withdrawn_on": "2026-11-20"}]})

    withdrawn_on: Day = Field(description="Day of the withdrawal. Not after today.", examples=["2026-11-20"])


class LiftIn(In):
    """The end of a restriction."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"lifted_on": "2026-11-21", "lift_reason": "The person asked for treatment."}]}
    )

    lifted_on: Day = Field(description="Day on which it ended. Not after today.", examples=["2026-11-21"])
    lift_reason: Text = Field(description="Why it ended.", examples=["The person asked for treatment."])


class SubjectRequestLine(SubjectRequestOut):
    """An open request with the person who asked, and how its term stands today."""

    clock: RequestClock = Field(description="How the term stands today.", examples=["running"])
    person: PersonBrief = Field(description="Who asked.")


class SubjectRequestLinePage(Page[SubjectRequestLine]):
    """One page of open requests, those first that are due first."""
