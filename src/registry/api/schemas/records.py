"""What the bodies of all records share."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from pydantic import ConfigDict, Field, create_model
from pydantic.fields import FieldInfo

from registry.api.notices import Notice
from registry.api.schemas.fields import In, Out, RecordNewId, Text
from registry.domain.record import RecordState

Version = Annotated[
    int, Field(ge=1, le=2**31 - 1, description="Counts the changes of the record, from 1.", examples=[1])
]


class NewRecord(In):
    """The part of a body that names a new record."""

    id: RecordNewId = Field(
        default_factory=uuid4,
        description="The record's id, made by the client (UUIDv4 or v7). Sending the same body again under the same id "
        "is safe: it answers 200 with the record as it is now. Without one the request needs an `Idempotency-Key`, "
        "and the service makes the id.",
    )


class RecordRef(Out):
    """All that is shown of a record that is out of the caller's reach or voided."""

    id: UUID = Field(description="The record's id.")
    version: Version
    state: RecordState = Field(
        description="`active`, or `voided`: kept, but out of lists and figures. An `erased` record is not shown: 410."
    )


class RecordOut(RecordRef):
    """What every record answers beside its own fields."""

    void_reason: str | None = Field(description="Why the record was voided.", max_length=4000)
    recorded_at: datetime = Field(description="When the service first kept the record (UTC).")


class PersonRecordOut(RecordOut):
    """A record that belongs to a person."""

    person_id: UUID = Field(description="The person it belongs to.")


class VoidIn(In):
    """Why a record is voided."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Entered for the wrong person."}]})

    reason: Text = Field(description="Why the record must not count.", examples=["Entered for the wrong person."])


class VersionOut(Out):
    """A former state of a record."""

    version: Version
    changed_at: datetime = Field(description="When this state came to be (UTC).")
    changed_by: str = Field(description="Who brought it about: issuer and subject.", max_length=1000)
    state: dict[str, Any] = Field(description="The record's fields as they were.")


class VersionsOut(Out):
    """All former states of a record, oldest first; the present state is the record itself."""

    items: list[VersionOut] = Field(description="Former states.", max_length=10_000)


def written(out: type[RecordOut]) -> type[RecordOut]:
    """Make the answer of a write: the record, and what an officer should look at."""
    warnings: Any = (list[Notice], Field(description="What to look at; empty when nothing is.", max_length=20))
    name = f"{out.__name__.removesuffix('Out')}Written"
    return create_model(name, __base__=out, __doc__=out.__doc__, warnings=warnings)


def patch_of(body: type[In]) -> type[In]:
    """Make the body of a merge patch (RFC 7396): every field may be absent, null takes away what is not required."""
    name = f"{body.__name__.removesuffix('Body')}Patch"
    fields: Any = {field: _optional(info) for field, info in body.model_fields.items()}
    return create_model(
        name, __base__=In, __doc__="Fields to change: what is absent stays, null takes a value away.", **fields
    )


def _optional(info: FieldInfo) -> tuple[Any, Any]:
    constrained: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    if info.is_required():  # null would take it away
        return constrained, Field(default_factory=lambda: None, description=info.description, examples=info.examples)
    return constrained | None, Field(default=None, description=info.description, examples=info.examples)
