"""Bodies of memberships in clubs."""

from uuid import UUID

from pydantic import Field

from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.cases import Decision
from registry.api.schemas.fields import Day, In
from registry.api.schemas.lists import PersonBrief
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


class MembershipLine(MembershipOut):
    """A membership with the person."""

    person: PersonBrief = Field(description="The person, in brief.")


class MembershipLinePage(Page[MembershipLine]):
    """One page of the members of a club, in Vietnamese order of the names."""


class CleanTimeLine(MembershipLine):
    """A member, and how long they have lived without relapse; unknown, so null, without a completed course."""

    completed_on: Day | None = Field(description="When they completed a course last, by the day asked about.")
    relapsed_on: Day | None = Field(
        description="First day after it on which addiction was determined; null where it was not. A positive test is "
        "no relapse."
    )
    days_without_relapse: int | None = Field(
        description="Days from the completion to the relapse, or else to the day asked about.",
        examples=[731],
        ge=0,
        le=100_000,
    )


class CleanTimeLinePage(Page[CleanTimeLine]):
    """One page of how long members have lived without relapse, in Vietnamese order of the names."""
