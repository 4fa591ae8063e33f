"""Access tokens: the checks of a resource server (RFC 9068). Rights are not here, they come from grants."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    ExpiredTokenError,
    InvalidKeyIdError,
    JoseError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from registry.api.auth import jose
from registry.api.auth.caller import Caller, caller_of
from registry.api.auth.issuer_keys import IssuerKeys
from registry.api.auth.refused import Reason, TokenInvalid
from registry.settings import TrustedIssuer

LEEWAY_SECONDS = 60
"""By how much the clocks may differ."""

_MAX_TOKEN_LENGTH = 8192
_MAX_REMEMBERED = 10_000
_SIGNATURES = JWSRegistry(algorithms=jose.ALGORITHMS, strict_check_header=False)
_REASONS: tuple[tuple[type[JoseError], Reason], ...] = (
    (ExpiredTokenError, Reason.EXPIRED),
    (ClaimError, Reason.CLAIMS),
    (BadSignatureError, Reason.SIGNATURE),
    (UnsupportedAlgorithmError, Reason.ALGORITHM),
    (InvalidKeyIdError, Reason.KEY),
)


@dataclass(frozen=True, slots=True)
class _Verified:
    """What a token said, and the keys that vouch for it."""

    caller: Caller
    issuer: IssuerKeys
    keys: KeySet


class TokenVerifier:
    """Checks access tokens of the configured issuers and remembers those it accepted until something is revoked."""

    def __init__(self, issuers: Iterable[IssuerKeys]) -> None:
        self._issuers = {keys.trusted.issuer: keys for keys in issuers}
        self._verified: dict[str, _Verified] = {}
        self._epoch: int | None = None

    async def verify(self, token: str, *, now: float) -> Caller:
        """Accept a token or raise `TokenInvalid`. `now` is Unix time in seconds."""
        known = self._verified.get(token)
        if known is None or not known.issuer.trusts(known.keys):
            known = await self._check(token, now=now)
            if len(self._verified) >= _MAX_REMEMBERED:
                self._verified.clear()
            self._verified[token] = known
        if known.caller.expires_at + LEEWAY_SECONDS <= now:
            self._verified.pop(token, None)
            raise TokenInvalid(Reason.EXPIRED)
        return known.caller

    def vouches_for(self, token: str, *, epoch: int) -> bool:
        """Tell whether a token was verified since the revocation epoch moved last; what was before is forgotten."""
        if self._epoch is not None and self._epoch != epoch:
            self._verified.clear()
            for issuer in self._issuers.values():
                issuer.forget()
        self._epoch = epoch
        return token in self._verified

    async def _check(self, token: str, *, now: float) -> _Verified:
        if len(token) > _MAX_TOKEN_LENGTH:
            raise TokenInvalid(Reason.MALFORMED)
        try:
            header, claims = jose.peek(token, registry=_SIGNATURES)
            issuer = self._issuers.get(str(claims.get("iss")))
            if issuer is None:
                raise TokenInvalid(Reason.ISSUER)
            if jose.media_type(header) != "at+jwt":
                raise TokenInvalid(Reason.TYPE)
            if not jose.is_plain(header):
                raise TokenInvalid(Reason.HEADER)
            keys = await issuer.having(str(header.get("kid")))
            verified = jwt.decode(token, keys, registry=_SIGNATURES).claims
            _registry(issuer.trusted, now=now).validate(verified)
            return _Verified(caller_of(verified), issuer, keys)
        except JoseError as error:
            raise TokenInvalid(_reason_of(error)) from error
        except jose.MALFORMED as error:
            raise TokenInvalid(Reason.MALFORMED) from error


def _registry(trusted: TrustedIssuer, *, now: float) -> JWTClaimsRegistry:
    required: Any = {name: {"essential": True} for name in ("exp", "iat", "sub", "client_id", "jti")}
    return JWTClaimsRegistry(
        now=int(now),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": trusted.issuer},
        aud={"essential": True, "value": trusted.audience},
        **required,
    )


def _reason_of(error: JoseError) -> Reason:
    return next((reason for kind, reason in _REASONS if isinstance(error, kind)), Reason.MALFORMED)
