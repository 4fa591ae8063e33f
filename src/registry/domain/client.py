"""Software that may call: what it is, and what kind of token each kind may bring."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from registry.domain.access import ActorRequired
from registry.domain.errors import Forbidden, RuleViolation


class ClientKind(StrEnum):
    """What a client is, and so for whom it speaks."""

    APP = "app"
    """An officer holds it: every token names the officer who signed in."""
    SERVER = "server"
    """A province's own system: it speaks for itself, and no officer stands behind it."""
    VENDOR = "vendor"
    """A company's server: every token names the officer, and the vendor as the actor (RFC 8693)."""


class RevocationReason(StrEnum):
    """Why tokens are ended before their time."""

    DEVICE_LOST = "device_lost"
    TOKEN_LEAKED = "token_leaked"  # noqa: S105 - a code, no secret
    LEFT_OFFICE = "left_office"
    OTHER = "other"


class ClientNotRegistered(Forbidden):
    """The software is not registered, no longer, or not for tokens of this kind."""

    code = "client_not_registered"


class ClientAlreadyRegistered(RuleViolation):
    """A client of this name at this issuer is registered already."""

    code = "client_already_registered"


class PinnedKeyMissing(RuleViolation):
    """A client whose key is pinned takes new keys, and the new one is not named."""

    code = "pinned_key_missing"


class SubjectUnknown(RuleViolation):
    """No grant within the caller's reach names the subject."""

    code = "subject_unknown"


@dataclass(frozen=True, slots=True)
class Client:
    """A registered client as a request needs it."""

    kind: ClientKind
    unit_id: int | None
    """Where it may act; None: wherever the grants that are used through it hold."""
    key_thumbprint: str | None
    """The one key to which its tokens must be bound (RFC 9449)."""
    keys_since: datetime | None
    """When it took new keys: tokens issued before are refused."""

    def require_tokens_of(self, *, speaks_for_itself: bool, is_exchanged: bool) -> None:
        """Refuse a token of a kind that this client has no business with."""
        match self.kind:
            case ClientKind.APP:
                if speaks_for_itself:
                    raise ActorRequired
            case ClientKind.SERVER:
                if not speaks_for_itself:
                    raise ClientNotRegistered
            case ClientKind.VENDOR:
                if speaks_for_itself or not is_exchanged:
                    raise ActorRequired
            case _:
                assert_never(self.kind)
