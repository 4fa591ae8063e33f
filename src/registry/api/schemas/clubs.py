"""Bodies of clubs, of the guidance that they get, and of how they are rated."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.cases import Decision
from registry.api.schemas.fields import AsNumber, Day, GradeCode, In, Line, Out, Year, YearIn
from registry.api.schemas.records import NewRecord, RecordOut
from registry.api.schemas.situation import DirectoryFields
from registry.domain.activity import Finding
from registry.domain.club import MOST_EARLIER_COUNTS

Count = Annotated[int, Field(ge=0, le=100_000), AsNumber]


class ClubCount(BaseModel):
    """How many of each kind belong to a club who are not on file, as they were counted on a day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    counted_on: Day = Field(description="The day of the count.", examples=["2019-06-30"])
    family_count: Count | None = Field(default=None, description="Members of families; null where nobody counted.")
    volunteer_count: Count | None = Field(default=None, description="Volunteers.")
    collaborator_count: Count | None = Field(default=None, description="Collaborators.")


class ClubFields(DirectoryFields, Decision):
    """A club of people after rehabilitation. The decision is the one that founded it; its board are appointments.

    Members on file are memberships, each under the person. Who is not on file stands here as a number, or works for the
    club and is a `network_worker`.
    """

    programme: GradeCode | None = Field(
        default=None,
        description="The programme that it belongs to, by the code of its rating scale (`GET /v1/rating-scales`); null "
        "for a club that nobody rates.",
        examples=["b93"],
    )
    place: Line | None = Field(default=None, description="Where it meets.", examples=["Nhà văn hóa phường 1"])
    family_count: Count | None = Field(
        default=None, description="Members of families of people after rehabilitation; null where nobody counted."
    )
    volunteer_count: Count | None = Field(default=None, description="Volunteers among the members.")
    collaborator_count: Count | None = Field(default=None, description="Collaborators among the members.")
    counted_on: Day | None = Field(
        default=None,
        description="The day that these counts are of. Not after today. A correction to a later day is a new count: "
        "the one before goes to `earlier_counts`. Under the same day or an earlier one it takes the place of the one "
        "before, which was a mistake.",
    )
    earlier_counts: list[ClubCount] = Field(
        default=[],
        description="What was counted on days before, the oldest first, each day once. Figures of a year take the "
        "newest count up to its last day. State them to correct one or to take one out that was a mistake, such as the "
        "one that was kept when a wrong day was corrected to a later one; of a correction that changes them nothing is "
        "added. Where as many are kept as may be, a new count is refused until one is taken out.",
        examples=[[{"counted_on": "2019-06-30", "family_count": 9, "volunteer_count": 4}]],
        max_length=MOST_EARLIER_COUNTS,
    )


class ClubBody(In, ClubFields):
    """A club."""


class ClubIn(NewRecord, ClubFields):
    """A new club."""


class ClubOut(RecordOut, ClubFields):
    """A club. Its id is that of the organisation that the directory shows."""


class ClubPage(Page[ClubOut]):
    """One page of clubs, in Vietnamese order of their names."""


_Club = Annotated[UUID, Field(description="The club.", examples=[examples.CLUB])]


class ClubGuidanceVisitFields(BaseModel):
    """Somebody of the province or the district guided a club at its place. Nobody is named in it."""

    organisation_id: _Club
    visited_on: Day = Field(description="Day of the visit. Not after today.", examples=["2020-05-12"])
    place: Line | None = Field(
        default=None, description="Where it was, if not where the club meets.", examples=["Nhà văn hóa phường 1"]
    )
    guided_by: Line = Field(
        description="The body that guided.", examples=["Chi cục Phòng, chống tệ nạn xã hội tỉnh Phú Yên"]
    )
    topic: Line | None = Field(
        default=None, description="What it was about. Name nobody.", examples=["Nội dung sinh hoạt, sổ sách"]
    )
    findings: list[Finding] = Field(
        default=[],
        description="What was found wanting; empty where all was in order.",
        examples=[["files_incomplete"]],
        max_length=len(Finding),
    )


class ClubGuidanceVisitBody(In, ClubGuidanceVisitFields):
    """A guidance visit."""


class ClubGuidanceVisitIn(NewRecord, ClubGuidanceVisitFields):
    """A new guidance visit."""


class ClubGuidanceVisitOut(RecordOut, ClubGuidanceVisitFields):
    """A guidance visit."""


class ClubGuidanceVisitPage(Page[ClubGuidanceVisitOut]):
    """One page of guidance visits, the oldest first."""


class ClubRatingFields(BaseModel):
    """How a club is rated for a year, on the scale of its programme."""

    organisation_id: _Club
    year: YearIn = Field(description="The year that it is rated for: one rating of a club and year.", examples=[2019])
    rating: GradeCode = Field(
        description="A grade of the scale of the club's programme in that year (`GET /v1/rating-scales`).",
        examples=["kha"],
    )
    rated_on: Day = Field(
        description="Day of the rating, in that year or after it. Not after today.", examples=["2019-12-20"]
    )
    decision_number: Line | None = Field(
        default=None, description="Number of the decision, as printed.", examples=["112/QĐ-UBND"]
    )
    issuer: Line | None = Field(default=None, description="Who rated it.", examples=["UBND thành phố Tuy Hòa"])


class ClubRatingBody(In, ClubRatingFields):
    """A rating."""


class ClubRatingIn(NewRecord, ClubRatingFields):
    """A new rating."""


class ClubRatingOut(RecordOut, ClubRatingFields):
    """A rating."""

    programme: str = Field(description="The programme on whose scale it was given.", max_length=40)
    rank: int = Field(description="How high the grade stands on that scale; the better one is higher.", ge=0, le=100)
    counts_from: Day = Field(
        description="From this day on the club is rated so: `rated_on`, at the latest the last day of the year."
    )


class ClubRatingPage(Page[ClubRatingOut]):
    """One page of ratings, the oldest year first."""


class GradeOut(Out):
    """A grade of a scale."""

    code: str = Field(description="What ratings and targets say.", examples=["kha"], max_length=40)
    rank: int = Field(description="The better one is higher.", ge=0, le=100)
    label_vi: str = Field(description="Vietnamese label.", examples=["Khá"], max_length=200)
    label_en: str = Field(description="English label.", examples=["Fairly good"], max_length=200)


class RatingScaleOut(Out):
    """On which grades the clubs of a programme are rated, in a span of years."""

    programme: str = Field(description="The programme.", examples=["b93"], max_length=40)
    first_year: Year = Field(description="The first year that is rated on it.")
    last_year: Year | None = Field(description="The last year; null while it holds.")
    source: str = Field(description="Where the grades are laid down.", max_length=500)
    grades: list[GradeOut] = Field(description="The grades, the best first.", max_length=50)


class RatingScalesOut(Out):
    """All rating scales."""

    items: list[RatingScaleOut] = Field(description="The scales, by programme and year.", max_length=200)
