"""Bodies of emergency accesses."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from registry.api.schemas import examples
from registry.api.schemas.fields import IdentityNumber, In, Out, RecordNewId, Text
from registry.api.schemas.records import Version
from registry.domain.access import FieldGroup
from registry.domain.emergency import EmergencyReason, EmergencyState, MedicalState
from registry.domain.person import DocumentType


class DocumentAsked(In):
    """A document of the person, as it lies before the officer."""

    document_type: DocumentType = Field(description="What kind of document it is.", examples=["cccd"])
    number: IdentityNumber = Field(description="The number on it.", examples=["000000000001"])


class EmergencyAccessIn(In):
    """Who must be looked at, and why."""

    id: RecordNewId = Field(
        description="The access's id, made by the client (UUIDv4 or v7). Sending the same body again is safe."
    )
    person_id: UUID | None = Field(
        default=None, description="The person; or else `document`.", examples=[examples.PERSON]
    )
    document: DocumentAsked | None = Field(default=None, description="A document of the person; or else `person_id`.")
    reason_code: EmergencyReason = Field(description="Why it cannot wait.", examples=["medical_emergency"])
    reason_text: Text = Field(
        description="What has happened. Whoever reviews the access reads it, and the person may ask for it.",
        examples=["Found unconscious at the bus station."],
    )
    includes_medical: Annotated[bool, Field(strict=True)] = Field(
        default=False,
        description="Whether medical results are needed as well: health officers only, once another one approves.",
    )


class EmergencyAccessOut(Out):
    """An access to one person: what it opens, until when."""

    id: UUID = Field(description="The access's id; `Registry-Emergency-Access` names it.")
    state: EmergencyState = Field(
        description="`open`; `ended`: its time is over or a supervisor ended it; `no_match`: nobody was found."
    )
    person_id: UUID | None = Field(description="The person whom it opens; null where nobody was found.")
    field_groups: list[FieldGroup] = Field(description="The fields that it opens while it is open.", max_length=20)
    medical: MedicalState = Field(description="What became of the wish to see medical results.")
    reason_code: EmergencyReason = Field(description="Why it was asked for.")
    reason_text: Annotated[str, Field(max_length=4000)] | None = Field(
        description="What was said to have happened. Null where nobody was found: it is kept under a person's key only."
    )
    opened_by: str = Field(description="Who asked for it: issuer and subject.", max_length=1000)
    opened_at: datetime = Field(description="When it was asked for (UTC).")
    ends_at: datetime = Field(description="The instant at which it ends (UTC).")
    version: Version
