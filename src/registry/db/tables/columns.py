"""Column types and the columns that all records share."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, Dialect, ForeignKeyConstraint, LargeBinary, String, Text
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.types import TypeDecorator, UserDefinedType
from sqlmodel import Field, SQLModel

from registry.domain.record import RecordState
from registry.vault.sealed import Sealed

CODE_LENGTH = 40
Code = TypeVar("Code", bound=StrEnum)


class Coded(TypeDecorator[Code]):
    """A closed set of codes, stored as its text value (`=` on text is leakproof, on an enum it is not)."""

    impl = String(CODE_LENGTH)
    cache_ok = True

    def __init__(self, codes: type[Code]) -> None:
        super().__init__(CODE_LENGTH)
        self.codes = codes

    def process_bind_param(self, value: Code | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Store the value."""
        return None if value is None else self.codes(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Code | None:  # noqa: ARG002
        """Give the member back."""
        return None if value is None else self.codes(value)


class SealedText(TypeDecorator[Sealed]):
    """A text that is stored under the person's key only. It takes nothing that is not sealed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Store the sealed bytes; what is still clear goes no further, not even into the words of the refusal."""
        if value is not None and not isinstance(value, Sealed):
            raise TypeError("a sealed column takes sealed values only")
        return None if value is None else value.blob

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sealed | None:  # noqa: ARG002
        """Give the sealed value back: only the vault opens it."""
        return None if value is None else Sealed(value)


class SealedFields(SealedText):
    """Fields of a record that are sealed together: which of them are filled in, and how long they are, stays hidden."""

    cache_ok = True

    def __init__(self, *fields: str) -> None:
        super().__init__()
        self.fields = fields


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:  # noqa: ANN401 - the base's signature
        """Name the type in DDL."""
        return "xid8"


Instant = DateTime(timezone=True)
Bytewise = Text(collation="C")
Texts = ARRAY(Text())


def codes_of(codes: type[Code]) -> ARRAY[Code]:
    """A list of codes."""
    return ARRAY(Coded(codes))


def one_of(column: str, codes: Iterable[StrEnum]) -> CheckConstraint:
    """CHECK that a column holds one of the codes."""
    listed = ", ".join(f"'{code.value}'" for code in codes)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def all_of(column: str, codes: type[StrEnum]) -> CheckConstraint:
    """CHECK that an array column holds nothing but the codes."""
    listed = ", ".join(f"'{code.value}'" for code in codes)
    return CheckConstraint(f"{column} <@ ARRAY[{listed}]::varchar[]", name=column)


class Recorded(SQLModel):
    """Columns of every record: version, state, who and when, and the fingerprint of its first body.

    A former state holds every column but those that are excluded here, and the unit, which the history's row has.
    """

    organisation_column: ClassVar[str | None] = None
    """The column that names the organisation whose own record it is: it may see the record beside the unit."""

    version: int = 1
    state: RecordState = Field(default=RecordState.ACTIVE, sa_type=Coded(RecordState))
    recorded_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    changed_by: str = Field(sa_type=Text)
    fingerprint: bytes = Field(sa_type=LargeBinary, exclude=True)


class OfPerson(Recorded):
    """A record that belongs to a person; `unit_id` is a copy of the person's, for access only."""

    person_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    unit_id: int
    void_reason: Sealed | None = Field(default=None, sa_type=SealedText)


class OfUnit(Recorded):
    """A record that belongs to a unit; `unit_id` is the unit on today's map, for access only."""

    in_directory: ClassVar[bool] = False
    """Whether every caller may read it, wherever it lies. Replicas hold those of their own units."""
    worker_column: ClassVar[str | None] = None
    """The column that names the worker of whom it tells: whoever has appointed them may read it."""

    id: UUID = Field(primary_key=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    void_reason: str | None = Field(default=None, sa_type=Text)


LASTING = (RecordState.ACTIVE, RecordState.VOIDED)
"""States of records that an erasure either does not touch or takes away."""


def person_key() -> ForeignKeyConstraint:
    """Tie a row to its person and let the person's unit cascade to it."""
    return ForeignKeyConstraint(["person_id", "unit_id"], ["person.id", "person.unit_id"], onupdate="CASCADE")


def of_person(*items: SchemaItem, states: Iterable[RecordState] = LASTING) -> tuple[SchemaItem, ...]:
    """Table arguments of a record that belongs to a person. What figures count may be erased and still be there."""
    return (person_key(), one_of("state", states), *items)


def of_unit(*items: SchemaItem) -> tuple[SchemaItem, ...]:
    """Table arguments of a record that belongs to a unit."""
    return (one_of("state", LASTING), *items)
