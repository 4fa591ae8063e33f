"""Bodies of searches and line lists."""

from uuid import UUID

from pydantic import Field

from registry.api.pagination import FoundPage, Page, SearchIn
from registry.api.schemas.aftercare import AftercareOut
from registry.api.schemas.cases import EpisodeOut, FileOut
from registry.api.schemas.fields import IdentityNumber, Line, Out, UnitCode, Year, YearIn
from registry.api.schemas.persons import PersonOut, ReachedPersonOut
from registry.domain.management import FileCategory


class PersonSearchIn(SearchIn):
    """What is known of the person; everything given must hold."""

    name: Line | None = Field(
        default=None,
        description="Words of the name or an alias, or beginnings of them, in any order; case and accents do not count "
        "(`dang` finds `Đặng`, `hoà` finds `Hòa`).",
        examples=["nguyen mau"],
    )
    birth_year: YearIn | None = Field(default=None, description="Year of birth.", examples=[1992])
    unit_code: UnitCode | None = Field(
        default=None, description="Unit in charge, by its code today or its last one.", examples=["22015"]
    )
    category: FileCategory | None = Field(default=None, description="Only those on file today in this category.")
    identity_number: IdentityNumber | None = Field(
        default=None, description="Number of a document of any type, whole; spaces and dashes do not count."
    )


class PersonFoundPage(FoundPage[PersonOut | ReachedPersonOut]):
    """One page of people, in Vietnamese order of their names (given name first)."""


class PersonPage(Page[PersonOut | ReachedPersonOut]):
    """One page of people, in Vietnamese order of their names (given name first)."""


class PersonBrief(Out):
    """Whom a line is about."""

    id: UUID = Field(description="The person's id.")
    full_name: Line = Field(description="Full name.")
    birth_year: Year | None = Field(description="Year of birth.")


class EpisodeLine(EpisodeOut):
    """An episode with the person it belongs to."""

    person: PersonBrief = Field(description="Whom the line is about.")


class EpisodeLinePage(Page[EpisodeLine]):
    """One page of episodes across people, in Vietnamese order of the names."""


class FileLine(FileOut):
    """A management file with the person it belongs to."""

    person: PersonBrief = Field(description="Whom the line is about.")


class FileLinePage(Page[FileLine]):
    """One page of management files across people, in Vietnamese order of the names."""


class AftercareLine(AftercareOut):
    """A term of aftercare with the person it belongs to."""

    person: PersonBrief = Field(description="Whom the line is about.")


class AftercareLinePage(Page[AftercareLine]):
    """One page of terms of aftercare across people, in Vietnamese order of the names."""
