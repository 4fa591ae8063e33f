"""What every operation is expected to answer to every caller: it follows from the policy, but for the exceptions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from uuid import uuid4

from registry.api.operations import Operation
from registry.domain.policy import READING, Access
from tests import openapi_rules as rules
from tests.factories.bodies import ALL_KINDS, Body
from tests.factories.exceptions_to_policy import (
    ABSENT,
    EXPECTED,
    FILTERS,
    HEADERS,
    NOT_ALLOWED,
    NOT_FOUND,
    NOT_GRANTED,
    NOT_OWN,
    STRANGER,
    Answer,
    Line,
)
from tests.factories.kinds import DIRECTORIES
from tests.factories.places import OWN, Place
from tests.factories.world import Caller, Mark, World

Spec: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One request, and what must be answered and shown."""

    relation: str
    method: str
    address: str
    query: Mapping[str, str]
    body: Body | None
    headers: Mapping[str, str]
    expected: Answer
    shows: frozenset[Mark] = frozenset()


@dataclass(frozen=True)
class Target:
    """Whom or what a request is about. `place` is None where it is about everything in reach."""

    relation: str
    place: Place | None
    is_reached: bool
    person_id: str = ABSENT
    record_id: str = ABSENT


@dataclass(frozen=True)
class Question:
    """An operation that asks for an access, with what the specification says of it."""

    operation: Operation
    access: Access
    query: frozenset[str]
    example: Body
    record: str
    """The singular of the record that the address names; empty where the world has none of the kind."""

    @property
    def line(self) -> Line:
        return EXPECTED.get(self.operation.id, Line())

    @property
    def is_creation(self) -> bool:
        return self.operation.id.startswith(("create_", "give_", "revoke_tokens"))

    @property
    def is_reading(self) -> bool:
        return self.operation.method == "GET" or self.operation.id.startswith("search_")

    def cells(self, caller: Caller, world: World) -> Iterator[Cell]:
        """Ask about every place, what does not exist and everything, and by every filter that asks for more.

        One who is refused whoever it is about is asked with two targets only, of which one does not exist.
        """
        targets = list(self._targets(caller, world))
        is_refused = self.refusal(caller) is not None
        for target in (targets[:1] + targets[1:][-1:]) if is_refused else targets:
            yield self._cell(caller, world, target)
        if is_refused:
            return
        if self.operation.id.startswith("create_"):
            for place in world.places.values():
                yield self._repetition(caller, world, place)
        for name, group in self.access.filters.items():
            may = caller.role is not None and Access(READING[group]).admits(caller.role)
            yield self._filtered(self._cell(caller, world, self._everything(caller)), name, is_read=may)

    def about(self, records: Mapping[str, str], caller: Caller, world: World) -> Cell:
        """Ask about somebody's records, named by the singular of their kind, whatever the answer will be."""
        record_id = records.get(self.record or self.operation.id.removeprefix("get_"), ABSENT)
        return Cell(
            relation="somebody",
            method=self.operation.method,
            address=self.operation.path.format(person_id=records["person"], id=record_id),
            query=self.line.query(caller),
            body=None if self.operation.method == "GET" else self._body(world.places[OWN]),
            headers=HEADERS[self.operation.method],
            expected=(200, None),
        )

    def _targets(self, caller: Caller, world: World) -> Iterator[Target]:
        path, own = self.operation.path, world.places[OWN]
        places = world.places.values()
        if "{person_id}" in path:
            yield from (self._at(place, is_reached=place.name in caller.people) for place in places)
            yield replace(self._at(own, is_reached=False), relation="no such person", person_id=ABSENT)
            if "{id}" in path:
                yield replace(self._at(own, is_reached=False), relation="no such record", record_id=ABSENT)
        elif "{id}" in path:
            is_open = self.record in DIRECTORIES and self.operation.method == "GET"
            if self.record:
                yield from (self._at(place, is_reached=is_open or caller.sees(place, self.record)) for place in places)
            yield Target("no such record", own, is_reached=False)
        elif "unit" in self.query or self.is_creation:
            is_open = self.operation.id in {f"list_{singular}s" for singular in DIRECTORIES}
            reached = caller.units | (caller.own if self.line.is_of_organisation else frozenset())
            yield from (self._at(place, is_reached=is_open or place.name in reached) for place in places)
            if not self.is_creation and self.operation.id not in {"get_annual_report", "get_commune_card"}:
                yield self._everything(caller)
        else:
            yield self._everything(caller)

    def _at(self, place: Place, *, is_reached: bool) -> Target:
        record_id = place.id_of(self.record) if self.record else ABSENT
        return Target(place.name, place, is_reached, place.person_id, record_id)

    def _everything(self, caller: Caller) -> Target:
        return Target("everything", None, caller.role is not None)

    def _cell(self, caller: Caller, world: World, target: Target) -> Cell:
        place = target.place or world.places[OWN]
        inside = self.line.inside if caller.role is None else self.line.inside_of.get(caller.role, self.line.inside)
        expected = self.refusal(caller) or (inside if target.is_reached else self._outside(caller, target))
        shown = caller.people if target.place is None else caller.people & {target.place.name}
        groups = self.access.shows if caller.role is None else self.access.shown_to(caller.role)
        body = self._body(place)
        if self.is_creation and not target.is_reached:
            body = _renewed(body)
        return Cell(
            relation=target.relation,
            method=self.operation.method,
            address=self.operation.path.format(person_id=target.person_id, id=target.record_id),
            query={
                **self.line.query(caller),
                **({"unit": place.commune} if "unit" in self.query and target.place else {}),
            },
            body=None if self.operation.method == "GET" else body,
            headers={**HEADERS[self.operation.method], **self._precondition()},
            expected=expected,
            shows=frozenset((group, name) for group in groups for name in shown if expected == (200, None)),
        )

    def _repetition(self, caller: Caller, world: World, place: Place) -> Cell:
        """Send what somebody else has recorded there: it is there, and says no more to one who does not reach it."""
        is_reached = place.name in (caller.people if "{person_id}" in self.operation.path else caller.units)
        cell = self._cell(caller, world, self._at(place, is_reached=True))
        return replace(cell, relation=f"again {place.name}", shows=cell.shows if is_reached else frozenset())

    def _filtered(self, cell: Cell, name: str, *, is_read: bool) -> Cell:
        expected = cell.expected if is_read or cell.expected != (200, None) else NOT_ALLOWED
        asked = {name: FILTERS[name]}
        return replace(
            cell,
            relation=f"by {name}",
            query={**cell.query, **asked} if cell.body is None else cell.query,
            body=None if cell.body is None else cell.body | asked,
            expected=expected,
            shows=cell.shows if expected == (200, None) else frozenset(),
        )

    def refusal(self, caller: Caller) -> Answer | None:
        """The answer to one who is not let in, whoever it is about."""
        if not caller.scopes:
            return STRANGER
        if self.operation.scope not in caller.scopes or caller.role is None or not self.access.admits(caller.role):
            return NOT_ALLOWED
        return None

    def _outside(self, caller: Caller, target: Target) -> Answer:
        if self.line.outside:
            return self.line.outside
        named = self.record in DIRECTORIES and target.record_id != ABSENT
        refused = NOT_OWN if self.line.is_of_organisation and caller.own else NOT_GRANTED
        return NOT_FOUND if "{" in self.operation.path and not named else refused

    def _precondition(self) -> Mapping[str, str]:
        return {} if self.line.version is None else {"If-Match": f'"v{self.line.version}-any"'}

    def _body(self, place: Place) -> Body:
        return self.line.body(place) if self.line.body else self.example


def _renewed(body: Body) -> Body:
    """The same under ids that nobody has used."""
    inner = {name: _renewed(value) if isinstance(value, dict) else value for name, value in body.items()}
    return inner | ({"id": str(uuid4())} if "id" in body else {})


def questions(operations: Iterable[Operation], spec: Spec) -> dict[str, Question]:
    """Put a question for every operation that asks for an access."""
    singulars = {kind.collection: kind.singular for kind in ALL_KINDS} | {"grants": "grant"}
    said = {each["operationId"]: each for _, each in rules.operations(dict(spec))}
    return {
        operation.id: Question(
            operation,
            operation.access,
            frozenset(each["name"] for each in said[operation.id].get("parameters", ()) if each["in"] == "query"),
            _example(spec, said[operation.id]),
            _line_of(operation).record or singulars.get(_collection(operation.path), ""),
        )
        for operation in operations
        if operation.access is not None
    }


def _collection(path: str) -> str:
    """The collection that an address names a record of; the person's own where it names a person alone."""
    return path.partition("/{id}")[0].rpartition("/")[2] if "{id}" in path else ""


def _line_of(operation: Operation) -> Line:
    return EXPECTED.get(operation.id, Line())


def _example(spec: Spec, said: Spec) -> Body:
    for media in said.get("requestBody", {}).get("content", {}).values():
        for example in media.get("examples", {}).values():
            return dict(example["value"])
        for value in rules.resolve(dict(spec), media["schema"]).get("examples", ()):
            return dict(value)
    return {}
