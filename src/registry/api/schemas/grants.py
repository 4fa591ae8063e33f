"""Bodies of grants."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.fields import Day, In, Line, Out, RecordNewId, UnitCode
from registry.domain.access import Role

Subject = Annotated[Line, Field(description="`sub` of the holder's tokens.", examples=["officer-of-tuy-hoa"])]
LastDay = Annotated[Day | None, Field(description="Last day on which it holds; null without an end.")]


class GrantIn(In):
    """A role for a subject: over a unit, or for an organisation where the role acts for one."""

    id: RecordNewId = Field(
        description="The grant's id, made by the client (UUIDv4 or v7). Sending the same body again is safe.",
        examples=[examples.GRANT],
    )
    issuer: Line | None = Field(default=None, description="`iss` of the holder's tokens; without it, that of yours.")
    subject: Subject
    role: Role = Field(description="What the grant makes of its holder.", examples=[Role.COMMUNE_OFFICER])
    unit_code: UnitCode | None = Field(
        default=None, description="The unit, for every role but the two of organisations.", examples=["22015"]
    )
    unit_on: Day | None = Field(
        default=None,
        description="A day on which the code named the unit. Without it: today or, for a code no longer in force, its "
        "last day.",
        examples=["2020-12-31"],
    )
    organisation_id: UUID | None = Field(
        default=None, description="The organisation, for `facility_officer` and `network_officer`."
    )
    from_on: Day | None = Field(default=None, description="First day on which it holds; today without it.")
    to_on: LastDay = None


class GrantOut(Out):
    """A role of a subject over a unit or for an organisation."""

    id: UUID = Field(description="The grant's id; `Registry-Grant` may name it.")
    issuer: str = Field(description="`iss` of the holder's tokens.", max_length=200)
    subject: Subject
    role: Role = Field(description="What the grant makes of its holder.")
    unit_code: UnitCode | None = Field(description="The unit; null for an organisation's officers.")
    unit_on: date | None = Field(description="A day on which the code named the unit.")
    organisation_id: UUID | None = Field(description="The organisation, for its officers.")
    from_on: date = Field(description="First day on which it holds.")
    to_on: LastDay
    continued: bool = Field(
        description="The unit has ended: the grant reaches what became of it, until an administrator renews or ends it."
    )
    granted_by: str = Field(description="Who gave it: issuer and subject.", max_length=1000)
    granted_at: datetime = Field(description="When it was given (UTC).")
    revoked_at: datetime | None = Field(description="When it was revoked (UTC); null while it is not.")
    revoked_by: str | None = Field(description="Who revoked it: issuer and subject.", max_length=1000)


class GrantPage(Page[GrantOut]):
    """One page of grants, by id."""
