"""What every record has: a version, a state, and an identity that a client may bring."""

from enum import StrEnum

from registry.domain.errors import DomainError, RuleViolation


class RecordState(StrEnum):
    """A voided record is kept, out of lists and figures."""

    ACTIVE = "active"
    VOIDED = "voided"


class FeedOperation(StrEnum):
    """What a change means to a replica."""

    UPSERT = "upsert"
    VOID = "void"
    LEAVE = "leave"
    ENTER = "enter"
    ERASE = "erase"


class RecordIdConflict(RuleViolation):
    """The id is taken by a record that was created with another content."""

    code = "record_id_conflict"


class RecordVoided(RuleViolation):
    """The record is voided and does not change any more."""

    code = "record_voided"


class PreconditionRequired(DomainError):
    """A change without `If-Match`."""

    code = "precondition_required"
