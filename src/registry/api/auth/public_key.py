"""Public keys as others bring them (RFC 7517): an issuer in its set, a client in its proof."""

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from registry.api.auth import jose

_LEAST_RSA_BITS = 2048
_ASYMMETRIC = frozenset({"EC", "OKP", "RSA"})
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class KeyUnusable(ValueError):
    """No key, or one that proves nothing."""


def read(jwk: object) -> Key:
    """Read a key: public, asymmetric, of a curve that is known, and not too short to mean anything."""
    if not isinstance(jwk, dict) or str(jwk.get("kty")) not in _ASYMMETRIC or _PRIVATE & jwk.keys():
        raise KeyUnusable
    if jwk["kty"] == "RSA" and _bits(jwk.get("n")) < _LEAST_RSA_BITS:
        raise KeyUnusable
    try:
        return JWKRegistry.import_key(jwk)
    except (JoseError, *jose.MALFORMED) as error:
        raise KeyUnusable from error


def _bits(number: object) -> int:
    """Tell how long a number in base64url is; zeros in front, there written as A, make it no longer."""
    return len(str(number).lstrip("A")) * 6
