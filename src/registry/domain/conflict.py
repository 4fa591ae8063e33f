"""Conflicts: what a device sent about a record that had moved on, until somebody has looked at both.

It refuses a second decision. Nothing of the device's is written but by an officer's decision.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum

from registry.domain.errors import RuleViolation


class ConflictStatus(StrEnum):
    """What became of a conflict."""

    OPEN = "open"
    KEPT = "kept"
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    """Who sent it has decided it: by the same fields, sent again from the version that was met, or by the same."""


class ConflictDecision(StrEnum):
    """How somebody settles a conflict."""

    KEEP = "keep"
    APPLY = "apply"


_STATUS_AFTER = {ConflictDecision.KEEP: ConflictStatus.KEPT, ConflictDecision.APPLY: ConflictStatus.APPLIED}


@dataclass(frozen=True, slots=True)
class Conflict:
    """What a rule must know of a conflict. `touching` are the fields on which both sides disagree.

    `met_version` is what the register had; None where there was no such record.
    """

    status: ConflictStatus
    touching: AbstractSet[str]
    met_version: int | None
    settled_by: str | None = None
    applied: AbstractSet[str] = frozenset()


class FieldNotSent(RuleViolation):
    """The device did not send this field: there is no value of it to write."""

    code = "field_not_sent"


class PresentVersionRequired(RuleViolation):
    """A change is written over what stands: whoever applies it must say which version they saw."""

    code = "present_version_required"


class ConflictNotOpen(RuleViolation):
    """The conflict was settled already, and otherwise."""

    code = "conflict_not_open"


def is_repeated(conflict: Conflict, decision: ConflictDecision, applied: AbstractSet[str], *, by: str) -> bool:
    """Whether this very decision of this very person has settled the conflict already."""
    return (conflict.status, conflict.applied, conflict.settled_by) == (_STATUS_AFTER[decision], applied, by)


def settle(conflict: Conflict, decision: ConflictDecision, applied: AbstractSet[str], *, by: str) -> Conflict:
    """Settle an open conflict; `applied` are the fields of the device's that are taken over."""
    if conflict.status is not ConflictStatus.OPEN:
        raise ConflictNotOpen(status=conflict.status)
    return replace(conflict, status=_STATUS_AFTER[decision], applied=applied, settled_by=by)


def supersede(conflict: Conflict, *, by: str) -> Conflict:
    """Note that who sent it has decided it."""
    return replace(conflict, status=ConflictStatus.SUPERSEDED, settled_by=by)


def is_decided_by(conflict: Conflict, *, fields: AbstractSet[str] | None, base_version: int | None) -> bool:
    """Whether a later operation of the same sender decides it: on every field in question, from what was met or later.

    `fields` is None where the operation is about the record as a whole. One that touches other fields says nothing of
    these, even from a version that the device has seen since.
    """
    if conflict.met_version is None or base_version is None or base_version < conflict.met_version:
        return False
    return fields is None or (bool(conflict.touching) and conflict.touching <= fields)
