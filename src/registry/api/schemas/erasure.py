"""Bodies of orders to erase a person."""

from pydantic import BaseModel, Field

from registry.api.schemas.fields import Day, In, Line, Text
from registry.api.schemas.records import NewRecord, PersonRecordOut
from registry.domain.erasure import ErasureStatus


class ErasureOrderFields(BaseModel):
    """An order of an authority to erase everything that is held on a person."""

    authority: Line = Field(description="Who ordered it.", examples=["Tòa án nhân dân khu vực"])
    decision_number: Line = Field(description="Number of the order, as printed.", examples=["15/2026/QĐ-TA"])
    decision_on: Day = Field(description="Date of the order. Not after today.", examples=["2026-11-18"])
    reason: Text = Field(
        description="Why the person is erased. It is destroyed with the person; the authority keeps the order.",
        examples=["The person was recorded without a ground in law."],
    )


class ErasureOrderBody(In, ErasureOrderFields):
    """An erasure order."""


class ErasureOrderIn(NewRecord, ErasureOrderFields):
    """A new erasure order."""


class ErasureOrderOut(PersonRecordOut, ErasureOrderFields):
    """An erasure order."""

    status: ErasureStatus = Field(description="Where it stands.", examples=["awaiting_approval"])
