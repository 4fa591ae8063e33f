"""Requests under a key: what is kept of one that was carried out, and why another under its key is refused."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from registry.domain.errors import DomainError, RuleViolation

KEPT_FOR = timedelta(days=90)
"""How long a key is kept: phones are offline for weeks."""


class IdempotencyKeyRequired(DomainError):
    """A new record came without an id and without a key: a retry could not be told from a second record."""

    code = "idempotency_key_required"


class IdempotencyKeyReused(DomainError):
    """The key belongs to another request of the same caller to the same operation."""

    code = "idempotency_key_reused"


class RequestUnderWay(RuleViolation):
    """The first request under the key is not answered yet."""

    code = "request_under_way"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is kept of a request that was carried out: a fingerprint of it, and what its answer referred to."""

    fingerprint: bytes
    status: int
    reference: str
    """The address of the record that was made, or the one that the request was sent to."""
    version: int | None
    """Of the record, as the answer showed it."""

    @property
    def record_id(self) -> UUID:
        """The id of the record that was made."""
        return UUID(self.reference.rpartition("/")[2])

    def require_same(self, fingerprint: bytes) -> None:
        """Refuse another request under the key."""
        if self.fingerprint != fingerprint:
            raise IdempotencyKeyReused


@dataclass(frozen=True, slots=True)
class Attempt:
    """One of perhaps several times that a request is sent. `earlier` is what came of it where it was carried out."""

    has_key: bool = False
    earlier: Outcome | None = None
