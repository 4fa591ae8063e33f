"""Changes that a device sends again: told from those that it makes for the first time, by what became of the record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Change = Mapping[str, Any]
"""The fields that an operation of a device gives other values."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a version of a record says, as its body says it, and who made it so."""

    version: int
    author: str
    fields: Mapping[str, Any]


def known(base: Said, earlier: Iterable[Change]) -> dict[str, Any]:
    """What a device knows of a record: the version that it saw, and over it what it has changed itself since."""
    fields = dict(base.fields)
    for change in earlier:
        fields |= change
    return fields


def changed_by(since: Sequence[Said], author: str) -> frozenset[str]:
    """Which fields an author has changed since a version."""
    steps = [_differences(before.fields, after.fields) for before, after in pairwise(since) if after.author == author]
    return frozenset().union(*steps)


def are_its_own(since: Sequence[Said], author: str, earlier: Sequence[Change]) -> bool:
    """Whether the earlier changes of the same device are all that has come of a record since the version it saw.

    Versions are counted, since not everything that changes stands in the body: a restriction does not.
    """
    steps = since[1:]
    return (
        len(steps) <= len(earlier)
        and all(step.author == author for step in steps)
        and known(since[0], earlier) == since[-1].fields
    )


def is_repeated(since: Sequence[Said], author: str, earlier: Iterable[Change], wanted: Change) -> bool:
    """Whether the author has made a change before, whatever others have made of it since.

    `since` are the versions from the one that the device saw. Each change of the device is looked for behind the one
    before it, so that one which takes an earlier one back is not mistaken for its repetition.
    """
    steps, fields, is_made = list(pairwise(since)), dict(since[0].fields), False
    for change in (*earlier, wanted):
        claimed = _differences(fields, change)
        place = next((at for at, step in enumerate(steps) if _makes(step, author, claimed)), None)
        is_made = place is not None
        if place is not None:
            del steps[: place + 1]
        fields |= change
    return is_made


def _makes(step: tuple[Said, Said], author: str, claimed: Mapping[str, Any]) -> bool:
    before, after = step
    made = _differences(before.fields, after.fields)
    return after.author == author and claimed.items() <= after.fields.items() and not claimed.keys().isdisjoint(made)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if value != before.get(name)}
