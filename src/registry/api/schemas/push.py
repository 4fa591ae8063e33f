"""Bodies of a push: operations as devices send them, and what became of each."""

from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from registry.api.notices import Notice
from registry.api.schemas import examples
from registry.api.schemas.fields import AsNumber, In, Instant, Out, Text
from registry.domain.record import RecordState
from registry.domain.sync import PushStatus, PushVerb, SyncKind

MOST_OPERATIONS = 500
REF_PATTERN = r"^[A-Za-z0-9._:-]{1,64}$"

Ref = Annotated[
    str,
    Field(
        pattern=REF_PATTERN,
        max_length=64,
        description="The client's own name for the operation, given back with its result.",
        examples=["test-1"],
    ),
]
BaseVersion = Annotated[int, Field(ge=1, le=2**31 - 1), AsNumber]


class OperationIn(In):
    """What every operation says."""

    ref: Ref
    kind: SyncKind = Field(description="The kind of record, as in the code list `sync_kinds`.", examples=["drug_test"])
    person_id: UUID | None = Field(
        default=None,
        description="The person whom the record belongs to; absent for a person's own record, organisations, commune "
        "statuses and counts, which belong to no person.",
        examples=[examples.PERSON],
    )
    id: UUID = Field(description="The record's id, made by the client.", examples=[examples.TEST])
    captured_at: Instant | None = Field(
        default=None, description="When it was recorded, by the device's clock. Nothing is decided or ordered by it."
    )


class CreateOperationIn(OperationIn):
    """Create a record."""

    op: Literal[PushVerb.CREATE] = Field(description="`create`.")
    body: dict[str, Any] = Field(
        description="The body that `POST` of the kind's own route takes. Its `id` may be left out."
    )


class ChangeOperationIn(OperationIn):
    """Correct a record."""

    op: Literal[PushVerb.CHANGE] = Field(description="`change`.")
    base_version: BaseVersion = Field(description="The version that the change was made from.", examples=[1])
    body: dict[str, Any] = Field(description="The merge patch that `PATCH` of the kind's own route takes.")


class VoidOperationIn(OperationIn):
    """Void a record."""

    op: Literal[PushVerb.VOID] = Field(description="`void`.")
    base_version: BaseVersion | None = Field(
        default=None, description="The version that was seen; without it, any.", examples=[1]
    )
    reason: Text = Field(description="Why the record must not count.", examples=["Entered for the wrong person."])


AnyOperationIn = CreateOperationIn | ChangeOperationIn | VoidOperationIn


class RawOperation(bytes):
    """One operation as it was sent: it is read by itself, so that what is wrong with it harms no other."""

    _SHAPE: ClassVar[TypeAdapter[AnyOperationIn]] = TypeAdapter(AnyOperationIn)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Take what the request cut out of its body."""
        return core_schema.is_instance_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe what is expected in it."""
        return handler(cls._SHAPE.core_schema)

    @classmethod
    def of(cls, text: str) -> Self:
        """Keep a part of a body; what was no UTF-8 in it is so again."""
        return cls(text.encode(errors="surrogateescape"))


class PushIn(In):
    """Operations in any order: what is referred to is applied first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "operations": [
                        {
                            "ref": "test-1",
                            "op": "create",
                            "kind": "drug_test",
                            "person_id": examples.PERSON,
                            "id": examples.TEST,
                            "captured_at": "2020-03-05T08:30:00+07:00",
                            "body": {"tested_on": "2020-03-05", "method": "rapid_urine", "result": "negative"},
                        },
                        {
                            "ref": "address-1",
                            "op": "void",
                            "kind": "residence",
                            "person_id": examples.PERSON,
                            "id": examples.RESIDENCE,
                            "base_version": 1,
                            "reason": "Entered for the wrong person.",
                        },
                    ]
                }
            ]
        }
    )

    operations: list[RawOperation] = Field(
        min_length=1, max_length=MOST_OPERATIONS, description="The operations. Each is judged by itself."
    )


class OperationResult(Out):
    """What became of one operation."""

    index: int = Field(
        ge=0, lt=MOST_OPERATIONS, description="Place of the operation in the request, from 0.", examples=[0]
    )
    ref: str | None = Field(
        max_length=64, description="The client's own name for it; null where none could be read.", examples=["test-1"]
    )
    status: PushStatus = Field(
        description="`applied` or `duplicate`: durable, once. `conflict`: the record has moved on. "
        "`rejected`: refused, for the reason given. `deferred`: not kept; send it again after what it waits for."
    )
    code: str | None = Field(
        max_length=40,
        description="Why it was not applied, by the code of a problem (`/problems/{code}`); null where it was.",
        examples=["not_found"],
    )
    errors: list[Notice] = Field(max_length=50, description="What is wrong and where; empty where nothing is.")
    warnings: list[Notice] = Field(max_length=20, description="What an officer should look at.")
    retry: bool = Field(description="Whether the same operation, sent again later, may be applied.")
    version: int | None = Field(
        ge=1, le=2**31 - 1, description="The record's version now, where it may be told.", examples=[1]
    )
    state: RecordState | None = Field(description="The record's state now, where it may be told.")
    position: str | None = Field(
        max_length=20,
        description="Where in the feed the record is told at the latest; null where nothing is. A pull that has told "
        "everything up to here has told this.",
        examples=["81234"],
    )
    kept: bool | None = Field(
        description="Whether the register keeps what was not applied: `false` where it does not, and your device is "
        "the only place that has it. Null where it was applied, and where the push was only tried."
    )
    conflict_id: UUID | None = Field(
        description="The conflict that is kept, for `GET /v1/sync/conflicts/{id}`: the same however often the "
        "operation is sent. Null where none is."
    )


class PushOut(Out):
    """One result for each operation, in the order in which they were sent."""

    feed_epoch: UUID = Field(description="The history to which positions belong, as in `GET /v1/meta`.")
    results: list[OperationResult] = Field(max_length=MOST_OPERATIONS, description="What became of each operation.")
