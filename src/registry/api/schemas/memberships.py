"""Bodies of memberships in clubs."""

from uuid import UUID

from pydantic import Field

from registry.api.schemas import examples
from registry.api.schemas.cases import Decision
from registry.api.schemas.fields import Day, In
from registry.api.schemas.records import NewRecord, PersonRecordOut
from registry.domain.club import MemberKind
from registry.domain.support import SupportBasis


class MembershipFields(Decision):
    """The person belongs to a club, from when to when, and on what ground the club may know them."""

    organisation_id: UUID = Field(
        description="The club. It then reaches the person's name, year of birth and phone, and its own records of "
        "them.",
        examples=[examples.CLUB],
    )
    kind: MemberKind = Field(
        description="As what: `after_rehab`, or `family`, `volunteer`, `collaborator` for somebody on file who belongs "
        "to it as that. Who is not on file is no membership: see the counts of the club.",
        examples=["after_rehab"],
    )
    legal_basis: SupportBasis = Field(
        description="The ground on which the club comes to know of the person.", examples=["consent"]
    )
    from_on: Day = Field(description="First day.", examples=["2020-07-01"])
    to_on: Day | None = Field(
        default=None, description="First day on which they are no longer a member; null while they are."
    )


class MembershipBody(In, MembershipFields):
    """A membership."""


class MembershipIn(NewRecord, MembershipFields):
    """A new membership."""


class MembershipOut(PersonRecordOut, MembershipFields):
    """A membership."""
