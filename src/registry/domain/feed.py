"""What a replica is told: the words of the feed as devices read them, and when a device must begin anew."""

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from registry.domain.errors import DomainError
from registry.domain.record import FeedOperation, RecordState

GOES_ON_FOR = timedelta(days=400)
"""How long a replica may be away and go on where it was."""

FORGOTTEN_AFTER = GOES_ON_FOR + timedelta(days=30)
"""When the feed forgets. Later, so that nothing is missing which somebody who may still go on has not been told."""


class ChangeOperation(StrEnum):
    """What a replica does with a record: keep it as it is told, or take it away, and why."""

    UPSERT = "upsert"
    VOID = "void"
    LEAVE = "leave"
    ERASE = "erase"


class ResyncReason(StrEnum):
    """Why a replica must be thrown away and begun anew."""

    RESTORED = "restored"
    SCOPE_CHANGED = "scope_changed"
    FORMAT_CHANGED = "format_changed"
    AWAY_TOO_LONG = "away_too_long"


class ResyncRequired(DomainError):
    """The cursor belongs to another history, another scope or another format than is told now."""

    code = "resync_required"


class Position(NamedTuple):
    """A place in the feed: the transaction, and the row within it. Transactions are finished in order, rows are not."""

    xid: int
    seq: int


def seen_as(state: RecordState) -> ChangeOperation:
    """Say what a replica does about a record that the reader sees: by what it is now, not by what was told of it."""
    return _SEEN_AS[state]


def gone_as(op: FeedOperation) -> ChangeOperation:
    """Say what a replica does about a record that the reader does not see any more: only then it matters why."""
    return ChangeOperation.ERASE if op is FeedOperation.ERASE else ChangeOperation.LEAVE


_SEEN_AS = {
    RecordState.ACTIVE: ChangeOperation.UPSERT,
    RecordState.VOIDED: ChangeOperation.VOID,
    RecordState.ERASED: ChangeOperation.ERASE,
}
