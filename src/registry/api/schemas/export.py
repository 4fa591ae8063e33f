"""The document of everything that is held on one person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from registry.api.schemas.fields import Day, Out
from registry.api.schemas.records import VersionOut
from registry.api.schemas.service import CodeListOut
from registry.domain.export import ExportSection, HeldElsewhere
from registry.domain.organisation import ReachReason


class ExportFieldOut(Out):
    """What one field means."""

    name: str = Field(description="Name of the field, as it stands in the records.", max_length=40)
    description: str = Field(description="What it says.", max_length=2000)
    code_list: str | None = Field(
        description="The list in `code_lists` that explains its codes; null where it holds none.", max_length=40
    )


class ExportRecordOut(Out):
    """One record as it is now, and every state that it had before."""

    record: dict[str, Any] = Field(description="The record's fields. A voided record has its state and the reason.")
    former_versions: list[VersionOut] = Field(description="Former states, the oldest first.", max_length=10_000)


class ExportSectionOut(Out):
    """All records of one kind."""

    section: ExportSection = Field(description="What kind of records these are.", examples=["episode"])
    about: str = Field(description="What such a record is, and the law behind it.", max_length=2000)
    fields: list[ExportFieldOut] = Field(description="What the fields mean.", max_length=200)
    records: list[ExportRecordOut] = Field(description="The records, the oldest first.", max_length=10_000)


class HeldReachOut(Out):
    """One organisation that could see the person, and because of what."""

    organisation_id: UUID = Field(description="The organisation; `/v1/organisations` has its name.")
    because: ReachReason = Field(description="Why it could.", examples=["episode"])
    record_id: UUID = Field(description="The record that opened it.")
    from_on: Day = Field(description="First day.")
    until_on: Day | None = Field(description="Last day; null while it goes on.")


class HeldElsewhereOut(Out):
    """Something that is held on the person and is not part of this document."""

    what: HeldElsewhere = Field(description="What it is.", examples=["medical_results"])
    where: str | None = Field(
        description="The address at which whoever may read it gets it; null where it cannot be read.", max_length=300
    )
    why: str = Field(description="Why it is not part of the document.", max_length=2000)


class ExportOut(Out):
    """Everything that the register holds on one person, with the words to understand it."""

    person_id: UUID = Field(description="Whom it is about: the entry that was asked for.")
    entries: list[UUID] = Field(
        description="Every entry under which the person is on file, the one that all were merged into first. Records "
        "say by `person_id` to which they belong.",
        max_length=1000,
    )
    made_at: datetime = Field(description="When it was made (UTC).")
    sections: list[ExportSectionOut] = Field(description="The records, kind by kind.", max_length=50)
    code_lists: list[CodeListOut] = Field(description="The codes that occur, with their labels.", max_length=100)
    not_included: list[HeldElsewhereOut] = Field(
        description="What is held besides; of every entry, where each has an address of its own.", max_length=20_000
    )
