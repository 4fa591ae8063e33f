"""Three-way merge: what a phone changed, on a record that others have changed since, field by field."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Merge:
    """What a change comes to: the fields to write, and those that both sides gave different values."""

    fields: Mapping[str, Any]
    conflicts: tuple[str, ...]


def merge(
    base: Mapping[str, Any],
    current: Mapping[str, Any],
    wanted: Mapping[str, Any],
    *,
    alone: AbstractSet[str] = frozenset(),
) -> Merge:
    """Apply the wanted fields, made from the base, to the current state where the two do not touch.

    A field that the device sends unchanged claims nothing. A field in `alone` never merges by itself:
    it conflicts as soon as the record has moved on in any field, since its meaning rests on the others.
    """
    changed = {name: value for name, value in wanted.items() if value != base.get(name)}
    moved = {name for name in current if current[name] != base.get(name)}
    conflicts = tuple(
        sorted(
            name
            for name, value in changed.items()
            if value != current.get(name) and (name in moved or (moved and name in alone))
        )
    )
    fields = {name: value for name, value in changed.items() if name not in conflicts and value != current.get(name)}
    return Merge(fields, conflicts)
