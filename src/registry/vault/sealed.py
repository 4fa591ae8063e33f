"""A text sealed under one person's key for one place: moved to another row, column or person it opens no more."""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID, uuid4

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from registry.vault import gcm
from registry.vault.gcm import Broken

_FORMAT = b"\x01"
"""First byte of every sealed value: another cipher would come with another one."""

_IN_JSON = "sealed"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A text as it is stored. No text and no bytes, so that nothing takes it for one."""

    blob: bytes

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let tables have it as a column, and history keep it in JSON as an object that says what it is."""
        as_json = core_schema.plain_serializer_function_ser_schema(cls.to_json, when_used="json")
        return core_schema.is_instance_schema(cls, serialization=as_json)

    def to_json(self) -> dict[str, str]:
        """Write it as history keeps it."""
        return {_IN_JSON: b64encode(self.blob).decode()}

    @classmethod
    def from_json(cls, value: object) -> Self | None:
        """Read it back; None for what is no sealed value."""
        match value:
            case Mapping() if set(value) == {_IN_JSON}:
                return cls(b64decode(value[_IN_JSON]))
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands. A person's own record has the person's id twice."""

    table: str
    column: str
    person_id: UUID
    record_id: UUID


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one person. Who destroys it destroys all that it sealed, wherever copies of that may be."""

    id: UUID
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """Make a key."""
        return cls(uuid4(), os.urandom(gcm.KEY_BYTES))

    def seal(self, text: str, place: Place) -> Sealed:
        """Seal a text for its place."""
        return Sealed(_FORMAT + gcm.encrypt(gcm.cipher(self.secret), text.encode(), bound_to=self._binding(place)))

    def open(self, sealed: Sealed, place: Place) -> str:
        """Open a text at its place. Raises `Broken` where it was sealed elsewhere or is not whole."""
        if sealed.blob[:1] != _FORMAT:
            raise Broken
        return gcm.decrypt(gcm.cipher(self.secret), sealed.blob[1:], bound_to=self._binding(place)).decode()

    def _binding(self, place: Place) -> bytes:
        return f"{place.table}|{place.column}|{place.person_id}|{place.record_id}|{self.id}".encode()
