"""Bodies of merges."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from registry.api.schemas import examples
from registry.api.schemas.fields import In, Out, RecordNewId, Text
from registry.domain.merge import MergeStatus, OverlapKind

Officer = Annotated[str, Field(max_length=1000)]


PREVIEW: dict[str, JsonValue] = {
    "id": "6b0f3c1e-8f0d-4a55-9b1c-2f7e5d4c3b2a",
    "into_id": examples.PERSON,
    "reason": "One CMND number, and the family confirms it.",
    "preview": True,
}


class MergeIn(In):
    """A request to merge the person of the address into another one, who survives."""

    model_config = ConfigDict(json_schema_extra={"examples": [PREVIEW]})

    id: RecordNewId = Field(description="The merge's id, made by the client. The same body again is answered as it is.")
    into_id: UUID = Field(description="The person who survives; one who was merged stands for their survivor.")
    reason: Text = Field(description="Why the two are one person. It is sealed under the person's key.")
    preview: bool = Field(default=False, description="Only tell what the two hold at once, and ask nobody.")


class UnmergeIn(In):
    """Why two people are two after all."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The number was mistyped."}]})

    reason: Text = Field(description="Why the merge was wrong. It is sealed under the person's key.")


class OverlapOut(Out):
    """Two records that one person would hold at once, or a move that has to be answered before."""

    kind: OverlapKind = Field(description="What overlaps.")
    blocks: bool = Field(
        description="Whether the two cannot be merged before one of the records is ended, voided or answered."
    )
    record_id: UUID = Field(description="The record of the person who is merged.")
    other_id: UUID | None = Field(description="The record of the survivor; null for a move.")


class MergeOut(Out):
    """A merge, from the request to its undoing."""

    id: UUID = Field(description="The merge's id.")
    person_id: UUID = Field(description="Who is merged.")
    into_id: UUID = Field(description="Into whom.")
    status: MergeStatus = Field(description="`merged` and `undo_requested` join the two; nothing else does.")
    reason: Text = Field(description="Why the two are one person.")
    requested_at: datetime = Field(description="When it was asked for (UTC).")
    requested_by: Officer = Field(description="Who asked: issuer and subject.")
    decided_at: datetime | None = Field(description="When it was approved or declined (UTC).")
    decided_by: Officer | None = Field(description="Who decided.")
    undo_reason: Text | None = Field(description="Why it is to be undone.")
    undo_requested_at: datetime | None = Field(description="When its undoing was asked for (UTC).")
    undo_requested_by: Officer | None = Field(description="Who asked to undo it.")
    undone_at: datetime | None = Field(description="When it was undone (UTC).")
    undone_by: Officer | None = Field(description="Who approved that.")


class MergeAskedOut(Out):
    """What came of asking."""

    merge: MergeOut | None = Field(description="The merge; null where only a preview was wanted.")
    overlaps: list[OverlapOut] = Field(
        description="What the two hold at once, what stands against the merge first; empty where the request is "
        "answered a second time.",
        max_length=10_000,
    )


class MergesOut(Out):
    """All merges of a person and into a person, the oldest first."""

    items: list[MergeOut] = Field(description="The merges.", max_length=1000)
