"""Bodies of accompaniments and visits."""

from uuid import UUID

from pydantic import BaseModel, Field

from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.cases import Decision
from registry.api.schemas.fields import Day, In, Text
from registry.api.schemas.records import NewRecord, PersonRecordOut
from registry.domain.support import SupportBasis, VisitKind


class AccompanimentFields(Decision):
    """Who of which team accompanies the person, from when to when, and on what ground."""

    organisation_id: UUID = Field(
        description="The volunteer team, or the point or club, whose worker it is. It then reaches the person's name, "
        "year of birth and phone, and its own records of them.",
        examples=[examples.COUNSELLING_POINT],
    )
    worker_id: UUID = Field(description="The worker of the network.", examples=[examples.NETWORK_WORKER])
    legal_basis: SupportBasis = Field(
        description="The ground on which the organisation comes to know of the person.", examples=["consent"]
    )
    from_on: Day = Field(description="First day.", examples=["2020-07-01"])
    to_on: Day | None = Field(default=None, description="First day on which it no longer holds; null while it does.")


class AccompanimentBody(In, AccompanimentFields):
    """An accompaniment."""


class AccompanimentIn(NewRecord, AccompanimentFields):
    """A new accompaniment."""


class AccompanimentOut(PersonRecordOut, AccompanimentFields):
    """An accompaniment."""


class AccompaniedPage(Page[AccompanimentOut]):
    """One page of accompaniments, the oldest first."""


class VisitFields(BaseModel):
    """A visit to the person within an accompaniment."""

    accompaniment_id: UUID = Field(
        description="The accompaniment of the same person.", examples=[examples.ACCOMPANIMENT]
    )
    visited_on: Day = Field(
        description="Day of the visit: not after today, and within the accompaniment.", examples=["2020-07-15"]
    )
    kind: VisitKind = Field(description="How the worker was with the person.", examples=["home_visit"])
    note: Text | None = Field(
        default=None, description="What was seen and agreed, for those who support the person; kept encrypted."
    )


class VisitBody(In, VisitFields):
    """A visit."""


class VisitIn(NewRecord, VisitFields):
    """A new visit."""


class VisitOut(PersonRecordOut, VisitFields):
    """A visit."""

    organisation_id: UUID = Field(description="The organisation whose accompaniment it belongs to.")
    legal_basis: SupportBasis = Field(
        description="The ground of the visit: that of its accompaniment when it was recorded or last corrected.",
        examples=["consent"],
    )
