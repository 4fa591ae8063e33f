"""Building blocks of bodies: strict input, complete output, text without control characters."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST = date(1900, 1, 1)
_INSTANT = (
    r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
)
_AN_INSTANT = re.compile(_INSTANT)
_LINE = r"^[^\S\x00-\x1f\x7f-\x9f]{0,99}[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
_TEXT = (
    r"^[^\S\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]{0,99}[^\s\x00-\x1f\x7f-\x9f]"
    r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
)
_UUID4 = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"
_UUID4_OR_7 = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[47][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$"


class In(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """A response body: every field is always present."""

    model_config = ConfigDict(from_attributes=True, frozen=True, json_schema_serialization_defaults_required=True)


def _of_version(*versions: int) -> AfterValidator:
    def check(value: UUID) -> UUID:
        if value.version not in versions:
            raise PydanticCustomError("uuid_version", "The version of the UUID is not accepted here")
        return value

    return AfterValidator(check)


PersonNewId = Annotated[
    UUID, _of_version(4), WithJsonSchema({"type": "string", "format": "uuid", "pattern": _UUID4, "maxLength": 36})
]
"""A person's id: random (UUIDv4). A v7 would tell when someone entered the register."""

RecordNewId = Annotated[
    UUID,
    _of_version(4, 7),
    WithJsonSchema({"type": "string", "format": "uuid", "pattern": _UUID4_OR_7, "maxLength": 36}),
]
"""A record's id, made by the client: UUIDv4 or UUIDv7."""


def _composed(text: str) -> str:
    """Keep one spelling of a letter with its accents (NFC): keyboards send both, and equal names must be equal."""
    return unicodedata.normalize("NFC", text)


Line = Annotated[
    str,
    StringConstraints(pattern=_LINE, min_length=1, max_length=200, strip_whitespace=True),
    AfterValidator(_composed),
]
"""One line of text, 1 to 200 characters, no control characters."""

Text = Annotated[
    str,
    StringConstraints(pattern=_TEXT, min_length=1, max_length=4000, strip_whitespace=True),
    AfterValidator(_composed),
]
"""Several lines of text, 1 to 4,000 characters; tab and line breaks are the only control characters."""

IdentityNumber = Annotated[
    str, StringConstraints(pattern=r"^[ ./-]*[0-9A-Za-z][0-9A-Za-z ./-]{2,39}$", min_length=3, max_length=40)
]
"""Number of an identity document: letters and digits, spaces and marks between them do not count."""

UnitCode = Annotated[str, StringConstraints(pattern=r"^([0-9]{2}|[0-9]{3}|[0-9]{5})$", max_length=5)]
"""Code of an administrative unit: 2 digits a province, 3 a district, 5 a commune. Leading zeros count."""

GradeCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
"""Code of a programme, or of a grade of its rating scale: both are data of the service."""

CommuneCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$", max_length=5)]
"""Code of a commune, 5 digits."""


def _written_as_a_day(value: object) -> object:
    """Refuse what pydantic would read as a date but the specification does not allow: numbers and instants."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticKnownError("date_type")


Day = Annotated[
    date,
    Field(ge=_EARLIEST),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^(19|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}$"}),
    BeforeValidator(_written_as_a_day),
]
"""A calendar date in Viet Nam, from 1900 on (`YYYY-MM-DD`)."""


def _written_as_an_instant(value: object) -> object:
    """Refuse what pydantic would read as a point in time but the specification does not allow: numbers, days."""
    if isinstance(value, datetime) or (isinstance(value, str) and _AN_INSTANT.fullmatch(value)):
        return value
    raise PydanticKnownError("datetime_type")


Instant = Annotated[
    AwareDatetime,
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _INSTANT}),
    AfterValidator(lambda at: at.astimezone(UTC)),
    BeforeValidator(_written_as_an_instant),
]
"""A point in time with its offset (RFC 3339), kept in UTC."""


def _written_as_a_number(value: object) -> object:
    """Refuse text and truth values that pydantic would read as numbers; 6.0 is the whole number 6 in JSON Schema."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise PydanticKnownError("int_type")


AsNumber = BeforeValidator(_written_as_a_number)
"""Asks of a whole number in a body that it is written as one; stands after the bounds, which keeps them published."""

Year = Annotated[int, Field(ge=1900, le=2200)]
"""A calendar year, in an answer or in an address."""

YearIn = Annotated[int, Field(ge=1900, le=2200), AsNumber]
"""A calendar year in a body."""
