"""Bodies of operations that were refused and are kept."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from registry.api.notices import Notice
from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.fields import Out


class RejectionOut(Out):
    """One operation of the caller's that was refused, as it was sent."""

    id: UUID = Field(description="Names what is kept.")
    sent_at: datetime = Field(description="When it was sent last (UTC).")
    ref: str | None = Field(
        max_length=64, description="The client's own name for it; null where none could be read.", examples=["test-1"]
    )
    person_id: UUID | None = Field(
        description="Whom it says it is about; null where it says nobody.", examples=[examples.PERSON]
    )
    code: str = Field(max_length=40, description="Why it was refused, as in the push's answer.", examples=["not_found"])
    errors: list[Notice] = Field(max_length=50, description="What is wrong and where in the operation.")
    operation: str = Field(
        max_length=300_000,
        description="The operation, as it was sent. Bytes that are no UTF-8 are written `\\xNN`.",
        examples=['{"ref": "test-1", "op": "create"}'],
    )
    is_whole: bool = Field(description="Whether `operation` is all of it. Of one that is too large 64 KiB are kept.")


class RejectionPage(Page[RejectionOut]):
    """One page of refused operations."""
