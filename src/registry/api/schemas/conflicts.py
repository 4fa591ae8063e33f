"""Bodies of conflicts: what devices sent about records that had moved on, and how somebody settles it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.fields import In, Out
from registry.api.schemas.push import BaseVersion
from registry.domain.conflict import ConflictDecision, ConflictStatus
from registry.domain.record import RecordState
from registry.domain.sync import PushVerb, SyncKind

MOST_FIELDS = 100
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=60, examples=["occupation"])]
Who = Annotated[str, Field(max_length=1000, examples=["https://id.example|officer-of-tuy-hoa"])]
Numbered = Annotated[int, Field(ge=1, le=2**31 - 1, examples=[2])]


class ConflictOut(Out):
    """One operation that met a record which had moved on: by names and numbers, without what it says."""

    id: UUID = Field(description="Names the conflict; the push's answer gave it as `conflict_id`.")
    status: ConflictStatus = Field(
        description="`open`: it waits for somebody. `kept`: what stood was kept. `applied`: values of the device were "
        "written. `superseded`: who sent it has sent the fields in question anew since, and they were applied."
    )
    sent_by: Who = Field(description="Who sent it: issuer and subject.")
    sent_at: datetime = Field(description="When it was sent first (UTC).")
    ref: str | None = Field(max_length=64, description="The client's own name for the operation.", examples=["fix-1"])
    kind: SyncKind = Field(description="The kind of record it is about.")
    person_id: UUID = Field(description="Whom it is about.", examples=[examples.PERSON])
    record_id: UUID = Field(description="The record it is about.", examples=[examples.FILE])
    op: PushVerb = Field(description="What it would have done to the record.")
    code: str = Field(
        max_length=40, description="Why it was not applied, as in the push's answer.", examples=["fields_in_conflict"]
    )
    fields_in_conflict: list[FieldName] = Field(
        max_length=MOST_FIELDS,
        description="The fields that both sides changed, or that do not merge by themselves; all that a change names "
        "where it is not about single fields.",
    )
    base_version: Numbered | None = Field(description="The version that the device saw; null where it named none.")
    met_version: Numbered | None = Field(description="The version that it met; null where there was no such record.")
    applied_fields: list[FieldName] = Field(
        max_length=MOST_FIELDS, description="Of a change that was `applied`, the device's fields that were written."
    )
    settled_at: datetime | None = Field(description="When it was settled (UTC); null while it is open.")
    settled_by: Who | None = Field(description="Who settled it: issuer and subject.")


class ConflictFieldOut(Out):
    """One field that the device sent."""

    name: FieldName = Field(description="The field, as in the body of the record.")
    device: Any = Field(description="What the device has.")
    present: Any = Field(description="What the register has now.")
    base: Any = Field(description="What it was in `base_version`, from which the device began; null where unknown.")
    is_in_conflict: bool = Field(description="Whether the two sides disagree about it.")


class ConflictDetailOut(ConflictOut):
    """One conflict with what both sides say.

    What they say is shown to those alone who may read and write such records of this person now: to others, also to
    who sent it, `operation` is null and `fields` is empty.
    """

    operation: str | None = Field(
        max_length=300_000, description="The operation, as it was sent.", examples=['{"ref": "fix-1", "op": "change"}']
    )
    reason: str | None = Field(max_length=4000, description="Of an operation that voids: why.")
    present_version: Numbered | None = Field(
        description="The record's version now; name it when you settle, so that no later change is lost."
    )
    present_state: RecordState | None = Field(description="The record's state now.")
    fields: list[ConflictFieldOut] = Field(max_length=MOST_FIELDS, description="Every field that the device sent.")


class ConflictPage(Page[ConflictOut]):
    """One page of conflicts, the newest first."""


class SettleConflictIn(In):
    """What is to become of a conflict."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"decision": "apply", "fields": ["occupation"], "present_version": 2}]}
    )

    decision: ConflictDecision = Field(
        description="`keep`: what stands is right, nothing is written. `apply`: write what the device sent."
    )
    fields: Annotated[list[FieldName], Field(min_length=1, max_length=MOST_FIELDS)] | None = Field(
        default=None, description="With `apply`, of a change: the device's fields to write; all of them without it."
    )
    present_version: BaseVersion | None = Field(
        default=None,
        description="With `apply`: the record's version that you have looked at. Where it has moved on since, 412, and "
        "nothing is written. Not needed where there is no such record yet.",
        examples=[2],
    )
