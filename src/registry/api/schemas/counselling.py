"""Bodies of counselling sessions, of their sheets, and of attendances."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from registry.api.notices import Notice
from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.fields import AsNumber, Day, In, Line, Out, RecordNewId, Text
from registry.api.schemas.lists import PersonBrief
from registry.api.schemas.records import NewRecord, PersonRecordOut, RecordOut
from registry.domain.counselling import SessionForm
from registry.domain.support import SupportBasis
from registry.domain.sync import PushStatus

MOST_ATTENDEES = 100

Count = Annotated[int, Field(ge=0, le=10_000), AsNumber]


class SessionFields(BaseModel):
    """One counselling session of a point, a club or a team."""

    organisation_id: UUID = Field(
        description="The counselling point, club or team that held it.", examples=[examples.COUNSELLING_POINT]
    )
    held_on: Day = Field(
        description="The day, while the organisation was at work. Not after today.", examples=["2020-07-03"]
    )
    form: SessionForm = Field(
        description="`individual`, `group`, `family`; `prevention`: counselling of people at high risk who are not on "
        "file, and are counted only; `talk`: a thematic talk; `meeting`: the members of a club meet, which is no "
        "counselling.",
        examples=["talk"],
    )
    topic: Line | None = Field(
        default=None,
        description="What it was about: a talk and a meeting have a topic. A session with one person or one family has "
        "none here, since it would be theirs; a note on an attendance is sealed. Name nobody.",
        examples=["Dự phòng tái nghiện"],
    )
    counsellor_id: UUID | None = Field(
        default=None, description="Who counselled: a worker of the network, never a person of the register."
    )
    speaker_id: UUID | None = Field(
        default=None,
        description="The guest speaker of a talk or a meeting: a worker of the network.",
        examples=[examples.NETWORK_WORKER],
    )
    family_count: Count = Field(default=0, description="How many took part as family.", examples=[0])
    at_risk_count: Count = Field(default=0, description="How many at high risk, who are not on file.", examples=[4])
    community_count: Count = Field(default=0, description="How many of the neighbourhood.", examples=[25])
    other_count: Count = Field(default=0, description="How many others, such as officials.", examples=[2])


class SessionBody(In, SessionFields):
    """A counselling session."""

    on_file_count: Count = Field(
        default=0,
        description="How many people on file took part, as the sheet says. It stays so when one of them moves away, "
        "is voided or erased.",
        examples=[12],
    )


class SessionIn(NewRecord, SessionFields):
    """A new counselling session."""

    on_file_count: Count = Field(default=0, description="How many people on file took part.", examples=[12])


class AttendeeIn(In):
    """Somebody on file who took part."""

    id: RecordNewId = Field(description="The id of the attendance, made by the client.")
    person_id: UUID = Field(description="Who took part.", examples=[examples.PERSON])
    legal_basis: SupportBasis = Field(description="Why the organisation may know the person.", examples=["consent"])
    note: Text | None = Field(default=None, description="What was said, for those who support the person. Sealed.")


class SheetIn(NewRecord, SessionFields):
    """The whole sheet of a session: what it was, and who on file took part."""

    on_file_count: Count | None = Field(
        default=None,
        description="How many people on file took part. Without it, as many as `attendees` names.",
        examples=[12],
    )
    attendees: list[AttendeeIn] = Field(
        default=[],
        max_length=MOST_ATTENDEES,
        description="Who of the people on file took part. Each becomes an attendance under the person, by itself.",
    )


class SessionOut(RecordOut, SessionFields):
    """A counselling session. Who took part is under the people themselves."""

    on_file_count: int = Field(description="How many people on file took part.", ge=0, le=10_000)


class SessionPage(Page[SessionOut]):
    """One page of sessions, the oldest first."""


class AttendeeResult(Out):
    """What became of one attendee of a sheet."""

    index: int = Field(ge=0, lt=MOST_ATTENDEES, description="Place of the attendee in the sheet, from 0.")
    id: UUID = Field(description="The id of the attendance.")
    person_id: UUID = Field(description="Who took part.")
    status: PushStatus = Field(
        description="`applied`: recorded now. `duplicate`: it was there. `rejected`: refused for the reason given, "
        "which harms no other; a person who does not exist and one out of your reach are refused alike."
    )
    code: str | None = Field(
        max_length=40,
        description="Why it was not recorded, by the code of a problem (`/problems/{code}`); null where it was.",
        examples=["not_found"],
    )
    errors: list[Notice] = Field(max_length=50, description="What is wrong and where; empty where nothing is.")
    warnings: list[Notice] = Field(max_length=20, description="What an officer should look at.")


class SheetOut(SessionOut):
    """A session as its sheet was recorded, and what became of each attendee."""

    warnings: list[Notice] = Field(description="What to look at; empty when nothing is.", max_length=20)

    attendances: list[AttendeeResult] = Field(
        max_length=MOST_ATTENDEES, description="One result for each attendee, in the order of the sheet."
    )


class AttendanceFields(BaseModel):
    """A person on file took part in a session."""

    session_id: UUID = Field(description="The session.", examples=[examples.SESSION])
    legal_basis: SupportBasis = Field(
        description="Why the organisation may know the person: `consent`, `decision` of an authority, or "
        "`statutory_duty`. A restricted person is opened to no further organisation by consent.",
        examples=["consent"],
    )
    note: Text | None = Field(
        default=None, description="What was said, for those who support the person. Sealed under the person's key."
    )


class AttendanceBody(In, AttendanceFields):
    """An attendance."""


class AttendanceIn(NewRecord, AttendanceFields):
    """A new attendance."""


class AttendanceOut(PersonRecordOut, AttendanceFields):
    """An attendance."""

    organisation_id: UUID = Field(description="Who held the session.")
    held_on: date = Field(description="When it was held.")


class AttendanceLine(AttendanceOut):
    """An attendance with the person."""

    person: PersonBrief = Field(description="The person, in brief.")


class AttendanceLinePage(Page[AttendanceLine]):
    """One page of the attendances of a session, in Vietnamese order of the names."""
