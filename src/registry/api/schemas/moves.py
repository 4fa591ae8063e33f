"""Bodies of moves."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from registry.api.schemas.fields import CommuneCode, Day, In, Line, Out, UnitCode, Year
from registry.api.schemas.records import NewRecord, PersonRecordOut
from registry.domain.move import MoveReason, MoveStatus


class MoveFields(BaseModel):
    """A person's move from the charge of one commune to another's."""

    to_unit_code: CommuneCode = Field(
        description="The commune that is to take the person on, by its code on `moved_on`. It is not corrected: "
        "withdraw the move and ask the other commune.",
        examples=["22366"],
    )
    moved_on: Day = Field(
        description="First day on which the other commune is in charge: figures count the person there from this day "
        "on. Not after today, and after the day on which your own commune took over.",
        examples=["2026-11-16"],
    )
    reason: MoveReason = Field(
        description="Why. The other commune reads it before it decides, so it is a code and no text.",
        examples=["changed_residence"],
    )
    withdrawn_on: Day | None = Field(
        default=None, description="Day on which your commune took the request back; null where it did not."
    )


class MoveBody(In, MoveFields):
    """A move."""


class MoveIn(NewRecord, MoveFields):
    """A new move."""


class MoveOut(PersonRecordOut, MoveFields):
    """A move."""

    status: MoveStatus = Field(
        description="Where it stands. Until it is `accepted` the person stays in your charge.", examples=["requested"]
    )
    answer_due_at: datetime = Field(
        description="Until when the other commune may answer (UTC); then the request is over, and the person stays."
    )


class MoveWithdrawalIn(In):
    """The end of a request that nobody has answered yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"withdrawn_on": "2026-11-20"}]})

    withdrawn_on: Day = Field(description="Day of the withdrawal. Not after today.", examples=["2026-11-20"])


class OfferedMoveOut(Out):
    """All that a commune is told of somebody whom it is asked to take on."""

    full_name: Line = Field(description="Full name.")
    birth_year: Year | None = Field(description="Year of birth; null where it is not known.")
    from_unit_code: UnitCode = Field(description="The commune that asks, by its code on today's map.")
    to_unit_code: CommuneCode = Field(description="The commune that is asked, by its code on `moved_on`.")
    moved_on: Day = Field(description="First day on which you would be in charge.")
    reason: MoveReason = Field(description="Why the person moves.")
    answer_due_at: datetime = Field(description="Until when you may answer (UTC).")
