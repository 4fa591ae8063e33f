"""Bodies of people and of what identifies them."""

from typing import Annotated
from uuid import UUID, uuid4

from pydantic import BaseModel, Field, StringConstraints

from registry.api.schemas.fields import CommuneCode, Day, IdentityNumber, In, Line, Out, PersonNewId, Text, Year, YearIn
from registry.api.schemas.records import NewRecord, PersonRecordOut, RecordOut
from registry.domain.person import DocumentType, Education, Processing, ResidenceKind, Sex
from registry.domain.unit import Certainty

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$", max_length=2)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 .-]{6,20}$", max_length=21)]


class PersonFields(BaseModel):
    """A person under management. Nothing but a name is required: papers are often missing."""

    full_name: Line = Field(
        description="Full name in Vietnamese order (family name first).", examples=["Nguyễn Văn Mẫu"]
    )
    aliases: list[Line] = Field(
        default=[], description="Other names; search finds them too.", examples=[["Tư Mẫu"]], max_length=10
    )
    sex: Sex = Field(default=Sex.UNKNOWN, description="Sex as on the identity document.", examples=["male"])
    birth_date: Day | None = Field(
        default=None, description="Date of birth, where the day is known.", examples=["1992-05-17"]
    )
    birth_year: YearIn | None = Field(
        default=None, description="Year of birth, where only that is known; taken from `birth_date` otherwise."
    )
    birthplace: Line | None = Field(default=None, description="Place of birth or origin, in words.")
    ethnicity: Line | None = Field(default=None, description="Ethnic group.", examples=["Kinh"])
    nationality: Country = Field(default="VN", description="Country code (ISO 3166-1 alpha-2).", examples=["VN"])
    occupation: Line | None = Field(default=None, description="Occupation.", examples=["Ngư dân"])
    education: Education = Field(
        default=Education.UNKNOWN,
        description="Highest schooling (form 05 of Decree 105/2021).",
        examples=["lower_secondary"],
    )
    phone: Phone | None = Field(default=None, description="Contact number.", examples=["0000 000 001"])


class PersonBody(In, PersonFields):
    """A person."""


class ResidenceFields(BaseModel):
    """Where the person lived, from a day on."""

    kind: ResidenceKind = Field(
        description="`no_stable_residence` is a finding of its own; `unit_code` is then the commune in charge.",
        examples=["permanent"],
    )
    unit_code: CommuneCode = Field(
        description="The commune, by its code on `from_on`: codes were reused in July 2025.", examples=["22015"]
    )
    address: Text | None = Field(default=None, description="House, street, hamlet.")
    from_on: Day = Field(description="First day there. Not after today.", examples=["2019-01-01"])
    to_on: Day | None = Field(default=None, description="Last day there; null while it goes on.")


class ResidenceBody(In, ResidenceFields):
    """A residence."""


class ResidenceIn(NewRecord, ResidenceFields):
    """A new residence."""


class ResidenceOut(PersonRecordOut, ResidenceFields):
    """A residence."""


class PersonIn(NewRecord, PersonFields):
    """A new person, with the residence that makes a commune responsible."""

    id: PersonNewId = Field(
        default_factory=uuid4,
        description="The person's id, made by the client: UUIDv4 only. Sending the same body again "
        "under the same id is safe. Without one the request needs an `Idempotency-Key`, and the service makes the id.",
    )
    residence: ResidenceIn = Field(
        description="The first residence: its commune becomes responsible from its first day on."
    )


class PersonOut(RecordOut, PersonFields):
    """A person."""

    root_id: UUID = Field(description="The person that this one was merged into; its own id otherwise.")
    merged_into: UUID | None = Field(
        description="The person that this one was merged into, at last; null for one who stands alone."
    )
    birth_year: Year | None = Field(description="Year of birth.")
    unit_certainty: Certainty = Field(
        description="How surely the responsible commune is known on today's map: `part` after a commune was divided, "
        "`unplaced` where no successor is on file and the province holds the person.",
    )
    processing: Processing = Field(
        description="`restricted` while a restriction or an objection of the person is in force: the data are kept, "
        "and worked with only as far as the law demands it or the person asks. Lists leave such people out.",
        examples=["unrestricted"],
    )


class ReachedPersonOut(Out):
    """What an organisation sees of a person whom it treats."""

    id: UUID = Field(description="The person's id.")
    version: int = Field(description="Version of the person's record.", ge=1, le=2**31 - 1)
    full_name: Line = Field(description="Full name.")
    birth_year: Year | None = Field(description="Year of birth.")
    phone: Phone | None = Field(description="Contact number.")


class IdentityDocumentFields(BaseModel):
    """A document with a number. None is required, several are allowed, and two people may show the same one."""

    document_type: DocumentType = Field(
        description="`cccd`: citizen identity card, 12 digits; `cmnd`: the older card, 9 digits.", examples=["cccd"]
    )
    number: IdentityNumber = Field(
        description="The number as printed. A CCCD that disagrees with sex or year of birth is kept with a warning.",
        examples=["054092999001"],
    )
    issued_on: Day | None = Field(default=None, description="Date of issue.", examples=["2021-06-01"])
    issuer: Line | None = Field(default=None, description="Who issued it.")


class IdentityDocumentBody(In, IdentityDocumentFields):
    """An identity document."""


class IdentityDocumentIn(NewRecord, IdentityDocumentFields):
    """A new identity document."""


class IdentityDocumentOut(PersonRecordOut, IdentityDocumentFields):
    """An identity document."""


class ResponsibilityOut(Out):
    """The unit responsible for a person in a period. Figures count a person by it."""

    id: UUID = Field(description="The interval's id.")
    unit_code: str = Field(description="Code of the unit on the first day.", max_length=5)
    unit_name: str = Field(description="Name of the unit on the first day.", max_length=200)
    from_on: Day = Field(description="First day.")
    to_on: Day | None = Field(description="First day after; null while it goes on.")


class ResponsibilitiesOut(Out):
    """All intervals of responsibility, oldest first."""

    items: list[ResponsibilityOut] = Field(description="The intervals.", max_length=1000)
