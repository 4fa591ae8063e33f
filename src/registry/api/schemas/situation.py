"""Bodies of what no person owns: organisations, decisions on communes, reported counts."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from registry.api.pagination import Page
from registry.api.schemas.cases import Decision
from registry.api.schemas.fields import AsNumber, CommuneCode, Day, In, Line
from registry.api.schemas.records import NewRecord, RecordOut
from registry.domain.organisation import OrganisationKind
from registry.domain.situation import CommuneStatus

OrganisationCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{1,29}$", max_length=30)]


class DirectoryFields(BaseModel):
    """What the directory shows of an organisation of any kind."""

    code: OrganisationCode = Field(description="Short code, unique in the province.", examples=["PY-CSCN-01"])
    name: Line = Field(description="Name.", examples=["Cơ sở cai nghiện ma túy tỉnh Phú Yên"])
    unit_code: CommuneCode = Field(
        description="The commune it lies in, by its code on `opened_on`.", examples=["22015"]
    )
    opened_on: Day = Field(description="First day of its work.", examples=["2015-01-01"])
    closed_on: Day | None = Field(default=None, description="Last day of its work; null while it goes on.")


class OrganisationFields(DirectoryFields):
    """An organisation that treats people."""

    kind: OrganisationKind = Field(
        description="What it is. Counselling points, clubs and volunteer teams are shown here, and written in their "
        "own collections.",
        examples=["rehab_facility_public"],
    )


class OrganisationBody(In, OrganisationFields):
    """An organisation."""


class OrganisationIn(NewRecord, OrganisationFields):
    """A new organisation."""


class OrganisationOut(RecordOut, OrganisationFields):
    """An organisation."""


class OrganisationPage(Page[OrganisationOut]):
    """One page of organisations, in Vietnamese order of their names."""


class CommuneStatusFields(Decision):
    """A dated decision on a commune: a hotspot of some type, or free of drugs."""

    unit_code: CommuneCode = Field(description="The commune, by its code on `from_on`.", examples=["22015"])
    status: CommuneStatus = Field(
        description="Hotspot types I to III (3122/2010/QĐ-BCA; from 2025-08-24 Decision 28/2025/QĐ-TTg), "
        "or `drug_free`.",
        examples=["drug_free"],
    )
    from_on: Day = Field(description="First day on which it holds.", examples=["2021-01-01"])
    to_on: Day | None = Field(default=None, description="First day on which it no longer holds; null while it does.")


class CommuneStatusBody(In, CommuneStatusFields):
    """A decision on a commune."""


class CommuneStatusIn(NewRecord, CommuneStatusFields):
    """A new decision on a commune."""


class CommuneStatusOut(RecordOut, CommuneStatusFields):
    """A decision on a commune."""


class CommuneStatusPage(Page[CommuneStatusOut]):
    """One page of decisions on communes, the oldest first."""


class SuspectedCountFields(BaseModel):
    """How many people a commune suspects of addiction on a day. They are no records: suspicion is no legal status."""

    unit_code: CommuneCode = Field(description="The commune, by its code on `counted_on`.", examples=["22015"])
    counted_on: Day = Field(description="Day of the count. Not after today.", examples=["2020-06-26"])
    count: Annotated[int, Field(ge=0, le=100_000), AsNumber] = Field(description="Number of people.", examples=[3])
    source: Line | None = Field(default=None, description="Report or survey that it stands in.")


class SuspectedCountBody(In, SuspectedCountFields):
    """A reported count."""


class SuspectedCountIn(NewRecord, SuspectedCountFields):
    """A new reported count."""


class SuspectedCountOut(RecordOut, SuspectedCountFields):
    """A reported count."""


class SuspectedCountPage(Page[SuspectedCountOut]):
    """One page of reported counts, the oldest first."""
