"""What the replica of one caller holds: which kinds of records, within which scope."""

import hashlib
from dataclasses import dataclass
from functools import cache, cached_property

from pydantic_core import to_json

from registry.api.actor import Actor
from registry.api.kinds.persons import PERSONS
from registry.api.records.kind import Kind
from registry.api.schemas.persons import ReachedPersonOut
from registry.api.schemas.records import RecordOut
from registry.api.sync.kinds import KINDS
from registry.db.records import entity_of
from registry.domain.access import FieldGroup, OrganisationScope, Scope
from registry.domain.policy import Access

GROUPS: frozenset[FieldGroup] = frozenset(group for kind in KINDS.values() for group in kind.groups)
"""The groups of fields that a replica may hold."""

FORMAT = 3
"""Counts the formats of what a replica is told, as far as the names of fields do not tell them apart."""


@dataclass(frozen=True)
class View:
    """The kinds that every grant in use may read, and the scope of those grants."""

    scope: Scope
    kinds: tuple[Kind, ...]

    @classmethod
    def of(cls, actor: Actor) -> "View":
        """Read off an actor what their replica holds."""
        roles = {grant.role for grant in actor.grants}
        kinds = [kind for kind in KINDS.values() if all(_access(kind).admits(role) for role in roles)]
        if isinstance(actor.scope, OrganisationScope):
            kinds = [kind for kind in kinds if kind is PERSONS or kind.table.organisation_column is not None]
        return cls(actor.scope, tuple(kinds))

    @cached_property
    def by_entity(self) -> dict[str, Kind]:
        """The kinds by the name of their tables."""
        return {entity_of(kind.table): kind for kind in self.kinds}

    @cached_property
    def digest(self) -> str:
        """What tells this view from another: a replica that was made under another one is of no use."""
        return _digest([self.scope, [kind.singular for kind in self.kinds]])

    @cached_property
    def format(self) -> str:
        """What tells the form of the records from that of another release, which makes every replica begin anew."""
        return _digest([FORMAT, {entity: _fields_of(self.out(entity)) for entity in self.by_entity}])

    def out(self, entity: str) -> type[RecordOut | ReachedPersonOut]:
        """How records of a table are shown: as their own route shows them to this caller."""
        kind = self.by_entity[entity]
        return ReachedPersonOut if kind is PERSONS and isinstance(self.scope, OrganisationScope) else kind.out


def _access(kind: Kind) -> Access:
    """What reading a kind's own route asks for: every group of its fields, beside its permission."""
    return Access(kind.read, frozenset(kind.groups))


@cache
def _fields_of(out: type[RecordOut | ReachedPersonOut]) -> dict[str, list[str]]:
    """Name the fields of a record, and those of what it holds."""
    schema = out.model_json_schema()
    held = {out.__name__: schema, **schema.get("$defs", {})}
    return {name: sorted(each["properties"]) for name, each in sorted(held.items()) if "properties" in each}


def _digest(value: object) -> str:
    return hashlib.sha256(to_json(value)).hexdigest()[:32]
