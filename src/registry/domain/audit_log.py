"""The sealed audit log: how a row is written down to be hashed, and how rows are held against seals.

The log is the table's rows in the order of (transaction, number): what is below the oldest transaction under way never
grows again. Each row has a leaf, which says in which place it was sealed and with which hash.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from registry.domain.merkle import Tree, leaf_hash

LONGEST_UNSEALED = timedelta(minutes=5)
"""The worker seals every minute: a row that waits for longer says that it does not run, or is held up."""

MOST_FINDINGS = 100


def written(row: Mapping[str, Any]) -> bytes:
    """Write a row down in the one way that is hashed: canonical JSON (RFC 8785) of the columns that hold something.

    Numbers are strings of digits, instants end with Z. A column that is null is left out, so that a column which is
    added later, and null in the rows of before, leaves their hashes as they were.
    """
    held = {name: _plain(value) for name, value in row.items() if value is not None}
    return json.dumps(held, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def hash_of(row: Mapping[str, Any]) -> bytes:
    """The hash of a row's leaf."""
    return leaf_hash(written(row))


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case list():
            return [_plain(each) for each in value]
        case _:
            return str(value)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a row stands in the log."""

    xid: int
    seq: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A seal as it is stored: its place in the tree, counted from 0, and the hash of its row."""

    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a position: a row with its hash and time, a leaf, or both."""

    position: Position
    row_hash: bytes | None
    at: datetime | None
    leaf: Leaf | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signed checkpoint says of the log, and where it was found."""

    size: int
    root: bytes
    source: str


class Fault(StrEnum):
    """What is wrong at a place of the log."""

    ROW_ALTERED = "row_altered"
    ROW_MISSING = "row_missing"
    ROW_INSERTED = "row_inserted"
    LEAF_MISSING = "leaf_missing"
    LEAF_MISPLACED = "leaf_misplaced"
    ROOT_DIFFERS = "root_differs"
    LOG_SHORTENED = "log_shortened"
    CHECKPOINT_INVALID = "checkpoint_invalid"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, the first leaf (counted from 0) and row that it concerns, and the checkpoint that shows it."""

    fault: Fault
    index: int | None = None
    position: Position | None = None
    source: str | None = None
    since: int = 0
    """Of a root that differs: up to this size the log is as another checkpoint says."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out of holding the rows against the seals."""

    findings: tuple[Finding, ...]
    size: int
    agreeing: int
    unsealed: int
    oldest_unsealed_at: datetime | None

    @property
    def is_sound(self) -> bool:
        """Whether everything sealed is as it was sealed."""
        return not self.findings

    def is_sealed(self, now: datetime) -> bool:
        """Whether no row has waited too long for its seal; until then, changing it leaves no trace."""
        return self.oldest_unsealed_at is None or now - self.oldest_unsealed_at <= LONGEST_UNSEALED

    def joined(self, others: Iterable[Finding]) -> "Verdict":
        """Add what was found beside the log."""
        return replace(self, findings=(*self.findings, *others))


class Inspection:
    """Holds the log, entry by entry in its order, against its seals and against checkpoints. Keeps nothing of it."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._claims = sorted(claims, key=lambda claim: claim.size, reverse=True)
        self._tree = Tree()
        self._next = 0
        self._agreed = 0
        self._agreeing = 0
        self._findings: list[Finding] = []
        self._unsealed: list[Position] = []
        self._unsealed_count = 0
        self._oldest_unsealed_at: datetime | None = None
        self._compare()

    def take(self, entry: Entry) -> None:
        """Look at the next entry."""
        if entry.leaf is None:
            self._wait(entry)
        else:
            self._refuse_unsealed()
            self._check(entry, entry.leaf)
            self._tree.append(entry.row_hash or entry.leaf.hash)
            self._compare()

    def close(self) -> Verdict:
        """Say what was found, after the last entry."""
        if self._claims:
            longest = self._claims[0]
            self._find(Finding(Fault.LOG_SHORTENED, index=self._tree.size, source=longest.source, since=self._agreed))
        return Verdict(
            tuple(self._findings), self._tree.size, self._agreeing, self._unsealed_count, self._oldest_unsealed_at
        )

    def _wait(self, entry: Entry) -> None:
        """Remember a row without a leaf: new if no leaf follows it, inserted if one does."""
        if len(self._unsealed) < MOST_FINDINGS:
            self._unsealed.append(entry.position)
        self._unsealed_count += 1
        times = (at for at in (entry.at, self._oldest_unsealed_at) if at is not None)
        self._oldest_unsealed_at = min(times, default=None)

    def _refuse_unsealed(self) -> None:
        for position in self._unsealed:
            self._find(Finding(Fault.ROW_INSERTED, index=self._next, position=position))
        self._unsealed.clear()
        self._unsealed_count, self._oldest_unsealed_at = 0, None

    def _check(self, entry: Entry, leaf: Leaf) -> None:
        if leaf.index > self._next:
            self._find(Finding(Fault.LEAF_MISSING, index=self._next, position=entry.position))
        elif leaf.index < self._next:
            self._find(Finding(Fault.LEAF_MISPLACED, index=leaf.index, position=entry.position))
        if entry.row_hash is None:
            self._find(Finding(Fault.ROW_MISSING, index=leaf.index, position=entry.position))
        elif entry.row_hash != leaf.hash:
            self._find(Finding(Fault.ROW_ALTERED, index=leaf.index, position=entry.position))
        self._next = leaf.index + 1

    def _compare(self) -> None:
        """Hold the tree against the checkpoints of its size. What a fault found before explains is not told again."""
        while self._claims and self._claims[-1].size == self._tree.size:
            claim = self._claims.pop()
            if claim.root == self._tree.root:
                self._agreeing += 1
                self._agreed = claim.size
            elif not self._findings:
                self._find(Finding(Fault.ROOT_DIFFERS, index=self._agreed, source=claim.source, since=self._agreed))

    def _find(self, finding: Finding) -> None:
        if len(self._findings) < MOST_FINDINGS:
            self._findings.append(finding)
