"""Bodies of what a commune does and how many live there."""

from typing import Annotated

from pydantic import BaseModel, Field

from registry.api.pagination import Page
from registry.api.schemas.fields import AsNumber, CommuneCode, Day, In, Line, UnitCode, YearIn
from registry.api.schemas.records import NewRecord, RecordOut
from registry.domain.activity import ActivityKind, ActivityStage, Audience, CampaignForm, Finding, ParticipantRole

Count = Annotated[int, Field(ge=0, le=10_000_000), AsNumber]


class ParticipantCount(In):
    """How many took part as what."""

    role: ParticipantRole = Field(description="As what they took part.", examples=["volunteer"])
    count: Count = Field(description="How many.", examples=[25])


class ActivityFields(BaseModel):
    """A campaign, training, conference or inspection visit, planned or held. Nobody is named in it."""

    kind: ActivityKind = Field(description="What it is.", examples=["training"])
    unit_code: UnitCode = Field(
        description="The unit that holds it, by its code on the day that it was held, or else is planned. Of an "
        "inspection: the unit that is inspected.",
        examples=["22015"],
    )
    topic: Line = Field(
        description="What it is about. Name nobody.", examples=["Kỹ năng tư vấn cho đội công tác xã hội tình nguyện"]
    )
    organiser: Line | None = Field(
        default=None, description="The body that holds it.", examples=["Sở Y tế tỉnh Phú Yên"]
    )
    planned_on: Day | None = Field(default=None, description="Day that it is planned for.", examples=["2021-06-20"])
    held_on: Day | None = Field(
        default=None, description="Day on which it was held, or began. Not after today.", examples=["2021-06-26"]
    )
    form: CampaignForm | None = Field(default=None, description="Of a campaign: how it speaks to people.")
    audiences: list[Audience] = Field(
        default=[], description="Of a campaign: whom it speaks to.", max_length=len(Audience)
    )
    reach: Count | None = Field(default=None, description="Of a campaign that was held: how many it reached.")
    materials: Count | None = Field(
        default=None, description="Of a campaign: how many leaflets, posters and the like were handed out."
    )
    participants: list[ParticipantCount] = Field(
        default=[],
        description="Of training and conferences that were held: how many took part, by role.",
        max_length=len(ParticipantRole),
    )
    findings: list[Finding] = Field(
        default=[], description="Of an inspection that was held: what it found wanting.", max_length=len(Finding)
    )
    settled_on: Day | None = Field(
        default=None, description="Of an inspection: day by which what it found had been put right."
    )


class ActivityBody(In, ActivityFields):
    """An activity."""


class ActivityIn(NewRecord, ActivityFields):
    """A new activity."""


class ActivityOut(RecordOut, ActivityFields):
    """An activity."""

    stage: ActivityStage = Field(description="How far it has come, told by its dates.", examples=["held"])
    dated_on: Day = Field(description="The day that it stands under in lists: `held_on`, or else `planned_on`.")


class ActivityPage(Page[ActivityOut]):
    """One page of activities, the oldest first."""


class CommunePopulationFields(BaseModel):
    """How many people live in a commune: the denominator of rates, and since 2025 of the criteria for hotspots."""

    unit_code: CommuneCode = Field(
        description="The commune, by its code on the last day of the year, or today in the running year.",
        examples=["22015"],
    )
    year: YearIn = Field(description="The year that it stands for. Not after this one.", examples=[2020])
    population: Annotated[int, Field(ge=0, le=10_000_000), AsNumber] = Field(
        description="Number of people.", examples=[7350]
    )
    source: Line = Field(description="Where the number stands.", examples=["Niên giám thống kê thành phố Tuy Hòa 2020"])


class CommunePopulationBody(In, CommunePopulationFields):
    """A number of people."""


class CommunePopulationIn(NewRecord, CommunePopulationFields):
    """A new number of people."""


class CommunePopulationOut(RecordOut, CommunePopulationFields):
    """A number of people."""


class CommunePopulationPage(Page[CommunePopulationOut]):
    """One page of numbers of people, the oldest first."""
