"""What every record has: a version, a state, and an identity that a client may bring."""

from enum import StrEnum

from registry.domain.errors import DomainError, NotFound, RuleViolation


class RecordState(StrEnum):
    """A voided record is kept, out of lists and figures. Of an erased one nothing is left but what figures count."""

    ACTIVE = "active"
    VOIDED = "voided"
    ERASED = "erased"


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


class NamedRecordUnknown(RuleViolation):
    """The body names a record that is not there, is voided, or is out of the caller's reach."""

    code = "named_record_unknown"


class RecordVoided(RuleViolation):
    """The record is voided and does not change any more."""

    code = "record_voided"


class RecordErased(NotFound):
    """The person was erased by a lawful order. The id stays taken: what a client still holds must not come back."""

    code = "erased"


class PreconditionRequired(DomainError):
    """A change without `If-Match`."""

    code = "precondition_required"
