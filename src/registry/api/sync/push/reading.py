"""Operations as devices send them, read one by one: what is wrong with one is told of it alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from registry.api import faults
from registry.api.kinds.persons import PERSONS
from registry.api.records.kind import Kind
from registry.api.refusals import BodyTooLarge, Fault, ValidationFailed
from registry.api.schemas.fields import In
from registry.api.schemas.push import (
    REF_PATTERN,
    AnyOperationIn,
    ChangeOperationIn,
    CreateOperationIn,
    RawOperation,
    VoidOperationIn,
)
from registry.api.strict_json import loads
from registry.api.sync.kinds import KINDS, is_of_person, named_by
from registry.db.records import Key
from registry.domain.batch import Name, Step
from registry.domain.errors import DomainError
from registry.domain.sync import PushVerb

MOST_BYTES = 64 * 1024
"""The largest operation: the largest record that there is has a tenth of it."""

_SHAPES: Mapping[str, type[AnyOperationIn]] = {
    PushVerb.CREATE: CreateOperationIn,
    PushVerb.CHANGE: ChangeOperationIn,
    PushVerb.VOID: VoidOperationIn,
}
_REF = re.compile(REF_PATTERN)
_PERSON = re.compile(rb'"person_id"\s*:\s*"([0-9a-fA-F-]{36})"')
_ID = re.compile(rb'"id"\s*:\s*"([0-9a-fA-F-]{36})"')
_OF_PERSONS = re.compile(rb'"kind"\s*:\s*"person"')

B = TypeVar("B", bound=In)


@dataclass(frozen=True, slots=True)
class Sent:
    """One operation in its place, as it was sent."""

    place: int
    raw: RawOperation
    ref: str | None


@dataclass(frozen=True)
class Operation:
    """One operation that can be judged. `body` is the new record or the merge patch."""

    sent: Sent
    said: AnyOperationIn
    kind: Kind
    key: Key
    body: Any

    @property
    def owner(self) -> UUID | None:
        """The person whom the record is about."""
        return self.key.id if self.kind is PERSONS else self.key.person_id

    @property
    def base_version(self) -> int | None:
        """The version that the device saw, where it names one."""
        return None if isinstance(self.said, CreateOperationIn) else self.said.base_version

    @cached_property
    def step(self) -> Step:
        """The operation as the order of the batch sees it."""
        creates = isinstance(self.said, CreateOperationIn)
        named = named_by(self.kind, self.key, self.body if creates else None)
        return Step((self.key.person_id, self.key.id), creates, named)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One operation that cannot be judged, and why."""

    sent: Sent
    refusal: DomainError
    creates: Name | None = None
    """The record that it would have made, as far as it tells."""
    owner: UUID | None = None
    """The person whom it is about, as far as it tells."""


def read(place: int, raw: RawOperation) -> Operation | Unreadable:
    """Read one operation; whatever is wrong with it is told, and goes no further."""
    value = None
    try:
        value = _parsed(raw)
        said = _validated(_shape_of(value), value)
        return _understood(Sent(place, raw, said.ref), said)
    except DomainError as refusal:
        ref = _text(value, "ref")
        sent = Sent(place, raw, ref if _REF.fullmatch(ref) else None)
        return Unreadable(sent, refusal, _creation_in(value), _owner_in(raw))


def _parsed(raw: RawOperation) -> Any:  # noqa: ANN401 - JSON is anything
    if len(raw) > MOST_BYTES:
        raise BodyTooLarge(max_bytes=MOST_BYTES)
    return loads(raw)


def _shape_of(value: object) -> type[AnyOperationIn]:
    """Tell by its verb what an operation must say; what is no object at all fits none."""
    if not isinstance(value, dict):
        return VoidOperationIn
    if (shape := _SHAPES.get(_text(value, "op"))) is None:
        code = "not_in_list" if "op" in value else "missing"
        raise ValidationFailed(faults=[Fault(code, "/op", facts={"expected": [*PushVerb]})])
    return shape


def _text(value: object, name: str) -> str:
    """What an operation that may be anything says under a name; nothing where that is no text."""
    said = value.get(name) if isinstance(value, dict) else None
    return said if isinstance(said, str) else ""


def _creation_in(value: object) -> Name | None:
    if _text(value, "op") != PushVerb.CREATE:
        return None
    try:
        owner = _text(value, "person_id")
        return UUID(owner) if owner else None, UUID(_text(value, "id"))
    except ValueError:
        return None


def _understood(sent: Sent, said: AnyOperationIn) -> Operation:
    kind = KINDS[said.kind]
    if is_of_person(kind) and said.person_id is None:
        raise ValidationFailed(faults=[Fault("missing", "/person_id")])
    if not is_of_person(kind) and said.person_id is not None:
        raise ValidationFailed(faults=[Fault("unknown_field", "/person_id")])
    return Operation(sent, said, kind, Key(said.id, said.person_id), _body_of(said, kind))


def _owner_in(raw: bytes) -> UUID | None:
    """Find whom an operation is about that may be no JSON: what is kept of it must go with them."""
    found = _PERSON.search(raw) or (_ID.search(raw) if _OF_PERSONS.search(raw) else None)
    try:
        return None if found is None else UUID(found[1].decode())
    except ValueError:
        return None


def _body_of(said: AnyOperationIn, kind: Kind) -> In | None:
    match said:
        case CreateOperationIn():
            own = str(said.id)
            if said.body.get("id", own) != own:
                raise ValidationFailed(faults=[Fault("invalid_value", "/body/id")])
            return _validated(kind.create, {**said.body, "id": own}, at="/body")
        case ChangeOperationIn():
            return _validated(kind.patch, said.body, at="/body")
        case VoidOperationIn():
            return None


def _validated(model: type[B], value: object, *, at: str = "") -> B:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = faults.from_pydantic(
            {**fault, "loc": ("body", *fault["loc"])} for fault in error.errors(include_url=False, include_input=False)
        )
        raise ValidationFailed(faults=[replace(fault, pointer=_under(at, fault.pointer)) for fault in found]) from None


def _under(at: str, pointer: str | None) -> str:
    """Point into the operation. The id that a body need not repeat is the operation's own."""
    return "/id" if at and pointer == "/id" else f"{at}{pointer or ''}"
