"""Answers about the audit log: ids and codes, never a value."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from registry.api.pagination import Page
from registry.api.schemas.fields import Instant, Out, UnitCode
from registry.domain.access import FieldGroup, Purpose, Role
from registry.domain.access_log import AccessAction, AccessDecision

Name = Annotated[str, Field(max_length=1000)]
Officer = Annotated[Name, Field(description="Who acted: `sub` of the officer's token, whichever software was used.")]
ClientId = Annotated[Name, Field(description="The client that the token was issued to.")]
Groups = Annotated[list[FieldGroup], Field(description="Which groups of fields were opened.", max_length=20)]
Codes = Annotated[list[UnitCode], Field(max_length=10_000)]


_NOTE = """registry.example/audit
20852
AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
time 2026-11-21T03:00:05Z

\N{EM DASH} registry.example/audit x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6K==
"""


class AuditEventOut(Out):
    """One row of the audit log."""

    request_id: UUID = Field(description="The `X-Request-ID` of the request.")
    at: Instant = Field(description="When the request was decided (UTC).")
    issuer: Name = Field(description="`iss` of the token.")
    officer: Officer
    software: Name | None = Field(description="The vendor's software that acted for the officer (`act.sub`), or null.")
    client_id: ClientId
    grant_ids: list[UUID] = Field(description="The grants used; of a refusal, those held.", max_length=1000)
    purpose: Purpose | None = Field(description="Why; null where nothing gave the caller a purpose.")
    operation: Name = Field(description="The operation's id in the specification, or the command on the host.")
    decision: AccessDecision = Field(description="Whether it was allowed.")
    person_ids: list[UUID] = Field(description="Whom it concerned; a refusal names who was asked for.", max_length=1000)
    entity: Name | None = Field(description="The kind of record, or the unit of a report; null where it was refused.")
    record_id: UUID | None = Field(description="The record, where it was one.")
    field_groups: Groups
    unit_codes: Codes = Field(description="Who was in charge of these people; without people, where the caller acts.")
    leaf_index: int | None = Field(
        description="Its place in the sealed log, from 0; null while it waits for its seal.", ge=0, le=2**63 - 1
    )


class AuditEventPage(Page[AuditEventOut]):
    """One page of the audit log, the newest row first."""


class CheckpointOut(Out):
    """A signed statement of how long the log was, and of the hash that stands for all of it."""

    size: int = Field(description="How many rows it seals.", ge=1, le=2**63 - 1)
    sealed_at: Instant = Field(description="When it was signed (UTC).")
    note: str = Field(
        description="The checkpoint as it was signed: keep it byte for byte (C2SP signed-note, tlog-checkpoint).",
        max_length=4000,
        examples=[_NOTE],
    )


class CheckpointPage(Page[CheckpointOut]):
    """One page of checkpoints, the newest first."""


class AccessOut(Out):
    """Somebody who looked at a person, or tried to."""

    at: Instant = Field(description="When (UTC).")
    person_ids: list[UUID] = Field(
        description="Under which entries of this person: several only of one who was merged. Whom else the act "
        "concerned is not told.",
        max_length=1000,
    )
    officer: Officer
    roles: list[Role] = Field(description="In which roles; none where the service itself acted.", max_length=20)
    unit_codes: Codes = Field(description="The units that these roles are over.")
    organisation_ids: list[UUID] = Field(description="The organisations that these roles are in.", max_length=1000)
    client_id: ClientId
    purpose: Purpose | None = Field(description="Why.")
    decision: AccessDecision = Field(description="Whether it was allowed; who was refused has seen nothing.")
    action: AccessAction = Field(description="What was done.")
    field_groups: Groups
    summary: str = Field(
        description="The same in plain words, in the language of the answer.",
        max_length=1000,
        examples=["Read: Management file"],
    )


class AccessPage(Page[AccessOut]):
    """One page of who looked, the newest first."""
