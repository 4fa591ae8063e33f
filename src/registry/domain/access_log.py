"""What a person who asks who looked is told: the operations of the audit log in plain words."""

from enum import StrEnum


class AccessDecision(StrEnum):
    """Whether somebody was let in."""

    ALLOWED = "allowed"
    DENIED = "denied"


class AccessAction(StrEnum):
    """What was done with a person's data."""

    READ = "read"
    FOUND = "found"
    RECORDED = "recorded"
    CHANGED = "changed"
    VOIDED = "voided"
    EXPORTED = "exported"


_VERBS = {
    "get": AccessAction.READ,
    "list": AccessAction.READ,
    "search": AccessAction.FOUND,
    "create": AccessAction.RECORDED,
    "void": AccessAction.VOIDED,
    "export": AccessAction.EXPORTED,
}


def action_of(operation: str) -> AccessAction:
    """Name what an operation does by its first word; what is no reading changes something."""
    return _VERBS.get(operation.partition("_")[0], AccessAction.CHANGED)
