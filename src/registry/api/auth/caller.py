"""Whom a verified access token speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.api.auth.refused import Reason, TokenInvalid
from registry.domain.access import TokenScope

_LONGEST_NAME = 255
_SCOPES = {scope.value: scope for scope in TokenScope}


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom the token speaks of. `vendor` is the software that exchanged an officer's token (RFC 8693)."""

    issuer: str
    subject: str
    client_id: str
    vendor: str | None
    scopes: frozenset[TokenScope]
    issued_at: int
    expires_at: int
    authenticated_at: int | None
    """When the officer last signed in (`auth_time`), for operations that ask for a fresh sign-in."""
    acr: str | None
    """How the officer signed in, in the issuer's words."""
    key_thumbprint: str | None
    """The key to which the token is bound (`cnf.jkt`, RFC 9449); None: whoever has the token may use it."""

    @property
    def is_server(self) -> bool:
        """Whether no officer stands behind the token."""
        return self.subject == self.client_id


def caller_of(claims: Mapping[str, Any]) -> Caller:
    """Read verified claims; refuse those of another type than RFC 9068 and its companions give them."""
    actor, confirmation = _object(claims, "act"), _object(claims, "cnf")
    return Caller(
        issuer=_name(claims, "iss"),
        subject=_name(claims, "sub"),
        client_id=_name(claims, "client_id"),
        vendor=None if actor is None else _name(actor, "sub"),
        scopes=frozenset(_SCOPES[name] for name in _text(claims, "scope").split() if name in _SCOPES),
        issued_at=_instant(claims["iat"]),
        expires_at=_instant(claims["exp"]),
        authenticated_at=None if claims.get("auth_time") is None else _instant(claims["auth_time"]),
        acr=None if claims.get("acr") is None else _name(claims, "acr"),
        key_thumbprint=None if confirmation is None else _name(confirmation, "jkt"),
    )


def _object(claims: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    value = claims.get(name)
    if value is not None and not isinstance(value, dict):
        raise TokenInvalid(Reason.CLAIMS)
    return value


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    if not isinstance(value, str):
        raise TokenInvalid(Reason.CLAIMS)
    return value


def _name(claims: Mapping[str, Any], name: str) -> str:
    """Read a name that goes into audit rows: it is there, short, and nothing but printable characters."""
    value = _text(claims, name)
    if not value or len(value) > _LONGEST_NAME or not value.isprintable():
        raise TokenInvalid(Reason.CLAIMS)
    return value


def _instant(value: object) -> int:
    """Read a time of RFC 7519: a number of seconds, of which the fraction does not matter here."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenInvalid(Reason.CLAIMS)
    return int(value)
