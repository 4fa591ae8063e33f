"""Merging two entries of one person: who survives, what stands against it, what two histories hold at once.

It refuses what would leave nobody or two open stays. Nothing is moved by it, so it can be undone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product
from uuid import UUID

from registry.domain.episode import Episode
from registry.domain.errors import RuleViolation
from registry.domain.management import FileCategory


class MergeStatus(StrEnum):
    """Where a merge stands. Only `merged` and `undo_requested` join two people."""

    REQUESTED = "requested"
    MERGED = "merged"
    DECLINED = "declined"
    UNDO_REQUESTED = "undo_requested"
    UNDONE = "undone"


JOINING = (MergeStatus.MERGED, MergeStatus.UNDO_REQUESTED)
LIVE = (MergeStatus.REQUESTED, *JOINING)
"""A person has one merge of these at most."""


class OverlapKind(StrEnum):
    """What two histories hold at once."""

    OPEN_STAYS = "open_stays"
    OVERLAPPING_STAYS = "overlapping_stays"
    OPEN_AFTERCARES = "open_aftercares"
    OPEN_MOVE = "open_move"
    OPEN_FILES = "open_files"


class PersonMerged(RuleViolation):
    """The person was merged into another one, who is out of the caller's reach or takes what is asked for."""

    code = "person_merged"


class MergeOfOne(RuleViolation):
    """Both ids stand for one person already."""

    code = "merge_of_one"


class MergePending(RuleViolation):
    """Another merge of the person waits for its approval."""

    code = "merge_pending"


class MergeBlocked(RuleViolation):
    """Both have an open stay on one track or an open term of aftercare, or the one who is merged is about to move."""

    code = "merge_blocked"


class NotMerged(RuleViolation):
    """The person is merged into nobody, so nothing can be undone."""

    code = "not_merged"


@dataclass(frozen=True, slots=True)
class File:
    """A management file as far as two of them may overlap."""

    id: UUID
    category: FileCategory
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class History:
    """What one person, with all who were merged into them, has on record."""

    stays: tuple[Episode, ...] = ()
    files: tuple[File, ...] = ()
    open_aftercares: tuple[UUID, ...] = ()
    open_moves: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """What one person would hold at once: a record of the one who is merged, and one of the survivor.

    A move that waits for its answer is in nobody's way but its own: with the merge another unit is in charge.
    """

    kind: OverlapKind
    record_id: UUID
    other_id: UUID | None

    @property
    def blocks(self) -> bool:
        """Whether the two cannot be merged as long as it is so."""
        return self.kind in {OverlapKind.OPEN_STAYS, OverlapKind.OPEN_AFTERCARES, OverlapKind.OPEN_MOVE}


def roots(people: Iterable[UUID], merged_into: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """Tell the last survivor of each, whatever the order in which they were merged."""
    return {person: _last(person, merged_into) for person in people}


def overlaps(merged: History, survivor: History) -> list[Overlap]:
    """List what the two histories hold at once, what stands against a merge first."""
    return sorted(_overlaps(merged, survivor), key=lambda found: (not found.blocks, found.kind, str(found.record_id)))


def require_two(root: UUID, other_root: UUID) -> None:
    """Refuse to merge a person with themselves."""
    if root == other_root:
        raise MergeOfOne(pointer="/into_id")


def require_mergeable(found: Iterable[Overlap]) -> None:
    """Refuse two open stays on one track, two open terms of aftercare, and a move of the merged that still waits."""
    if any(overlap.blocks for overlap in found):
        raise MergeBlocked


def _last(person: UUID, merged_into: Mapping[UUID, UUID]) -> UUID:
    while person in merged_into:
        person = merged_into[person]
    return person


def _overlaps(merged: History, survivor: History) -> Iterator[Overlap]:
    for stay, other in product(merged.stays, survivor.stays):
        if stay.track is not other.track:
            continue
        if stay.is_open and other.is_open:
            yield Overlap(OverlapKind.OPEN_STAYS, stay.id, other.id)
        elif stay.period.overlaps(other.period):
            yield Overlap(OverlapKind.OVERLAPPING_STAYS, stay.id, other.id)
    for term, other_term in product(merged.open_aftercares, survivor.open_aftercares):
        yield Overlap(OverlapKind.OPEN_AFTERCARES, term, other_term)
    for move in merged.open_moves:  # it was asked for by a unit that is not in charge of the survivor
        yield Overlap(OverlapKind.OPEN_MOVE, move, None)
    for file, twin in product(merged.files, survivor.files):
        if file.category is twin.category and file.closed_on is None and twin.closed_on is None:
            yield Overlap(OverlapKind.OPEN_FILES, file.id, twin.id)
