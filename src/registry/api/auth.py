"""Access tokens: the checks of a resource server (RFC 9068). Rights are not here, they come from grants."""

import asyncio
import json
import logging
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from registry.api.refusals import Unavailable
from registry.domain.access import TokenScope
from registry.domain.errors import DomainError
from registry.settings import TrustedIssuer

log = logging.getLogger(__name__)

ALGORITHMS = ("ES256", "ES384", "PS256", "PS384", "RS256", "Ed25519")
"""Asymmetric signatures only."""

LEEWAY_SECONDS = 60
_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_MAX_TOKEN_LENGTH = 8192
_MALFORMED = (ValueError, TypeError, AttributeError, KeyError, RecursionError)
_MAX_CACHED = 10_000
_KEY_REFRESH_SECONDS = 60
_KEY_RETRY_SECONDS = 5


class Unauthenticated(DomainError):
    """No token, or one that is not accepted. The reason stays with us."""

    code = "unauthenticated"


class TokenInvalid(Unauthenticated):
    """A token that is expired, not for us, not from an issuer we trust, or not a token."""

    code = "token_invalid"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom the token speaks of. `vendor` is the software that exchanged an officer's token (RFC 8693)."""

    issuer: str
    subject: str
    client_id: str
    vendor: str | None
    scopes: frozenset[TokenScope]
    expires_at: int

    @property
    def is_server(self) -> bool:
        """Whether no officer stands behind the token."""
        return self.subject == self.client_id


class IssuerKeys:
    """The public keys of one issuer, fetched when needed, again when a key is not known."""

    def __init__(self, trusted: TrustedIssuer, keys: KeySet | None = None) -> None:
        self.trusted = trusted
        self._keys = keys
        self._tried_at = -math.inf
        self._fetching = asyncio.Lock()

    async def having(self, kid: str) -> KeySet:
        """Give the issuer's keys, fetched anew (once a minute at most) when `kid` is not among them."""
        if not self._knows(kid):
            async with self._fetching:
                pause = _KEY_REFRESH_SECONDS if self._keys is not None else _KEY_RETRY_SECONDS
                if not self._knows(kid) and time.monotonic() - self._tried_at > pause:
                    self._tried_at = time.monotonic()
                    self._keys = await self._fetch()
        if self._keys is None:
            raise Unavailable(retry_after=_KEY_RETRY_SECONDS)
        if not self._knows(kid):
            raise TokenInvalid
        return self._keys

    def _knows(self, kid: str) -> bool:
        return self._keys is not None and any(key.kid == kid for key in self._keys.keys)

    async def _fetch(self) -> KeySet | None:
        if self.trusted.jwks_file is not None:
            return KeySet.import_key_set(_json(self.trusted.jwks_file.read_bytes()))
        if self.trusted.jwks_url is None:
            return self._keys
        try:
            async with httpx.AsyncClient(timeout=5, follow_redirects=False) as client:
                answer = await client.get(str(self.trusted.jwks_url))
                answer.raise_for_status()
        except httpx.HTTPError:
            log.warning("issuer.unreachable", extra={"issuer": self.trusted.issuer})
            return self._keys
        return KeySet.import_key_set(_json(answer.content))


class TokenVerifier:
    """Checks access tokens of the configured issuers and remembers those it accepted until they expire."""

    def __init__(self, issuers: Iterable[IssuerKeys]) -> None:
        self._issuers = {keys.trusted.issuer: keys for keys in issuers}
        self._accepted: dict[str, Caller] = {}

    async def verify(self, token: str, *, now: float) -> Caller:
        """Accept a token or raise `TokenInvalid`. `now` is Unix time in seconds."""
        caller = self._accepted.get(token)
        if caller is None:
            caller = await self._check(token, now=now)
            if len(self._accepted) >= _MAX_CACHED:
                self._accepted.clear()
            self._accepted[token] = caller
        if caller.expires_at + LEEWAY_SECONDS <= now:
            self._accepted.pop(token, None)
            raise TokenInvalid
        return caller

    async def _check(self, token: str, *, now: float) -> Caller:
        if len(token) > _MAX_TOKEN_LENGTH:
            raise TokenInvalid
        try:
            header, claims = _peek(token)
            issuer = self._issuers.get(str(claims.get("iss")))
            if issuer is None or header.get("typ", "").lower() not in _TYPES:
                raise TokenInvalid
            keys = await issuer.having(str(header.get("kid")))
            verified = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            _registry(issuer.trusted, now=now).validate(verified)
            return _caller(verified)
        except (*_MALFORMED, JoseError) as error:
            raise TokenInvalid from error


def _registry(trusted: TrustedIssuer, *, now: float) -> JWTClaimsRegistry:
    required: Any = {name: {"essential": True} for name in ("exp", "iat", "sub", "client_id", "jti")}
    return JWTClaimsRegistry(
        now=int(now),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": trusted.issuer},
        aud={"essential": True, "value": trusted.audience},
        **required,
    )


def _peek(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    parts = jws.extract_compact(token.encode("ascii"))
    return parts.headers(), _json(parts.payload)


def _json(text: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    return json.loads(text)


def _caller(claims: Mapping[str, Any]) -> Caller:
    actor = claims.get("act")
    known = {scope.value: scope for scope in TokenScope}
    granted = str(claims.get("scope", "")).split()
    return Caller(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        client_id=str(claims["client_id"]),
        vendor=str(cast("dict[str, Any]", actor)["sub"]) if isinstance(actor, dict) else None,
        scopes=frozenset(known[name] for name in granted if name in known),
        expires_at=int(claims["exp"]),
    )
