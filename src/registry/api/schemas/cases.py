"""Bodies of what happens to a person on file: files, tests, determinations, substances, treatment."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from registry.api.schemas.fields import AsNumber, Day, In, Line, YearIn
from registry.api.schemas.records import NewRecord, PersonRecordOut
from registry.domain.episode import LegalBasis, Modality, Outcome, Therapy, Track
from registry.domain.health import DeterminationResult, Substance, TestMethod, TestResult, UseRoute
from registry.domain.management import CloseReason, FileCategory


class Decision(BaseModel):
    """The paper behind a record."""

    decision_number: Line | None = Field(
        default=None, description="Number of the decision, as printed.", examples=["12/QĐ-UBND"]
    )
    decision_on: Day | None = Field(default=None, description="Date of the decision.", examples=["2020-03-10"])
    issuer: Line | None = Field(default=None, description="Who issued it.", examples=["Chủ tịch UBND xã"])


class FileFields(Decision):
    """A file of a person under management: since when and as what the person is on file."""

    category: FileCategory = Field(
        description="`illegal_user`: uses without permission and tested positive (Law 73/2021, 2.10). `addicted`: "
        "determined to be addicted by a qualified body (2.12). Figures count both as on file.",
        examples=["illegal_user"],
    )
    opened_on: Day = Field(description="First day on file. Not after today.", examples=["2020-03-10"])
    closed_on: Day | None = Field(
        default=None, description="Day on which the file was closed; on this day the person is no longer on file."
    )
    close_reason: CloseReason | None = Field(default=None, description="Why it was closed; given with `closed_on`.")


class FileBody(In, FileFields):
    """A management file."""


class FileIn(NewRecord, FileFields):
    """A new management file."""


class FileOut(PersonRecordOut, FileFields):
    """A management file."""


class FileCloseIn(In):
    """The end of a file."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"closed_on": "2021-03-10", "close_reason": "term_ended"}]}
    )

    closed_on: Day = Field(
        description="Last day plus one: on this day the person is no longer on file.", examples=["2021-03-10"]
    )
    close_reason: CloseReason = Field(
        description="Why. `term_ended`: the year of management passed without use; the other reasons stop it early.",
        examples=["term_ended"],
    )


class TestFields(BaseModel):
    """A test for drugs in the body. A positive test alone is neither addiction nor relapse."""

    __test__ = False

    tested_on: Day = Field(description="Day of the test. Not after today.", examples=["2020-03-05"])
    method: TestMethod = Field(description="How it was made.", examples=["rapid_urine"])
    result: TestResult = Field(description="The result.", examples=["positive"])
    substances: list[Substance] = Field(
        default=[], description="What was found.", examples=[["heroin"]], max_length=len(Substance)
    )
    tested_by: Line | None = Field(default=None, description="Body that made the test.", examples=["Trạm y tế xã"])


class TestBody(In, TestFields):
    """A drug test."""


class TestIn(NewRecord, TestFields):
    """A new drug test."""


class TestOut(PersonRecordOut, TestFields):
    """A drug test."""


class DeterminationFields(BaseModel):
    """A determination of addiction by a qualified body (Circular 18/2021/TT-BYT)."""

    determined_on: Day = Field(description="Day of the result. Not after today.", examples=["2020-03-09"])
    result: DeterminationResult = Field(description="The result.", examples=["addicted"])
    substances: list[Substance] = Field(
        default=[], description="Substances of the addiction.", examples=[["heroin"]], max_length=len(Substance)
    )
    determined_by: Line | None = Field(
        default=None, description="The body that determined it.", examples=["Trung tâm Y tế huyện"]
    )


class DeterminationBody(In, DeterminationFields):
    """A determination of addiction."""


class DeterminationIn(NewRecord, DeterminationFields):
    """A new determination of addiction."""


class DeterminationOut(PersonRecordOut, DeterminationFields):
    """A determination of addiction."""


class SubstanceUseFields(BaseModel):
    """A substance that the person uses, as noted on a day. Several substances are several records."""

    substance: Substance = Field(description="The substance.", examples=["heroin"])
    route: UseRoute = Field(description="How it is taken.", examples=["injecting"])
    noted_on: Day = Field(description="Day on which this was noted. Not after today.", examples=["2020-03-05"])
    first_used_year: YearIn | None = Field(default=None, description="Year of the first use.", examples=[2017])
    days_last_month: Annotated[int, Field(ge=0, le=31), AsNumber] | None = Field(
        default=None, description="Days of use in the last month.", examples=[12]
    )


class SubstanceUseBody(In, SubstanceUseFields):
    """A substance in use."""


class SubstanceUseIn(NewRecord, SubstanceUseFields):
    """A new note of a substance in use."""


class SubstanceUseOut(PersonRecordOut, SubstanceUseFields):
    """A substance in use."""


class EpisodeFields(Decision):
    """One stay with one provider. A transfer ends one and opens the next under the same course."""

    modality: Modality = Field(
        description="`community` (home or community), `facility`, or `methadone` (any opioid substitute).",
        examples=["community"],
    )
    legal_basis: LegalBasis = Field(
        description="`compulsory` by a decision of a court (before 2022 also in the community), else `voluntary`.",
        examples=["voluntary"],
    )
    registered_on: Day = Field(
        description="Day of the registration or of the decision. Cumulative figures count by it.",
        examples=["2020-03-12"],
    )
    started_on: Day | None = Field(
        default=None, description="First day of treatment; null while it has not begun.", examples=["2020-03-16"]
    )
    course_id: UUID | None = Field(
        default=None,
        description="For a continuation: the course of the episode that ended by transfer. Without it a new course "
        "begins and takes the episode's own id. Rates count courses.",
    )
    provider_id: UUID | None = Field(
        default=None,
        description="The organisation that treats: it then reaches the person's name, year of birth and phone.",
    )
    planned_months: Annotated[int, Field(ge=1, le=120), AsNumber] | None = Field(
        default=None, description="Planned term in months; null where there is none.", examples=[6]
    )
    therapies: list[Therapy] = Field(
        default=[],
        description="Steps of the process (Decree 116/2021, articles 22 to 26) and treatment given.",
        examples=[["intake", "detoxification", "counselling"]],
        max_length=len(Therapy),
    )
    ended_on: Day | None = Field(default=None, description="Last day; a next stay may begin on it.")
    outcome: Outcome | None = Field(default=None, description="How it ended; given with `ended_on`.")


class EpisodeBody(In, EpisodeFields):
    """An episode of treatment."""


class EpisodeIn(NewRecord, EpisodeFields):
    """A new episode of treatment."""


class EpisodeOut(PersonRecordOut, EpisodeFields):
    """An episode of treatment."""

    course_id: UUID = Field(description="The legal course that the episode belongs to.")
    track: Track = Field(description="`rehab` or `methadone`: one open episode on each.")


class ExitIn(In):
    """The end of an episode."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ended_on": "2020-09-16", "outcome": "completed"}]})

    ended_on: Day = Field(description="Last day of the stay. Not after today.", examples=["2020-09-16"])
    outcome: Outcome = Field(
        description="How it ended. `transferred`: the course goes on with another provider; post the next episode with "
        "this one's `course_id`.",
        examples=["completed"],
    )
