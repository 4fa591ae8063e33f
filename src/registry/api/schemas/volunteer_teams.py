"""Bodies of volunteer social-work teams."""

from pydantic import Field

from registry.api.pagination import Page
from registry.api.schemas.cases import Decision
from registry.api.schemas.fields import Day, In, Line
from registry.api.schemas.records import NewRecord, RecordOut
from registry.api.schemas.situation import DirectoryFields


class VolunteerTeamFields(DirectoryFields, Decision):
    """A volunteer social-work team of a commune, founded and dissolved by decisions of its chair.

    The decision is the one that founded it; `opened_on` and `closed_on` are its first and last day.
    """

    dissolution_number: Line | None = Field(
        default=None, description="Number of the decision that dissolved it, as printed.", examples=["30/QĐ-UBND"]
    )
    dissolution_on: Day | None = Field(default=None, description="Date of that decision.")
    dissolution_issuer: Line | None = Field(default=None, description="Who issued it.")


class VolunteerTeamBody(In, VolunteerTeamFields):
    """A volunteer team."""


class VolunteerTeamIn(NewRecord, VolunteerTeamFields):
    """A new volunteer team."""


class VolunteerTeamOut(RecordOut, VolunteerTeamFields):
    """A volunteer team. Its id is that of the organisation that the directory shows."""


class VolunteerTeamPage(Page[VolunteerTeamOut]):
    """One page of volunteer teams, in Vietnamese order of their names."""
