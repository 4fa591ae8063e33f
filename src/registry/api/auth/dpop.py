"""Proofs of possession (RFC 9449, section 4.3): that whoever sends a token holds the key to which it is bound.

The checks are pure. That a proof is used once is kept in the database, since it must hold across processes.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry

from registry.api.auth import jose, public_key
from registry.api.auth.refused import NonceRequired, ProofInvalid, Reason

WINDOW_SECONDS = 60
"""How far the time in a proof may lie from ours, to either side."""

NONCE_SECONDS = 150
"""How long a nonce is given out; it is accepted as long again."""

_MAX_PROOF_LENGTH = 4096
_MAX_ID_LENGTH = 200
_PORTS = {"http": 80, "https": 443}
_ESCAPE = re.compile("%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


class _ProofRegistry(JWSRegistry):
    """The header holds a key: an RSA one is longer than headers usually are."""

    max_header_length = 2048


_SIGNATURES = _ProofRegistry(algorithms=jose.ALGORITHMS, strict_check_header=False)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a proof has to prove: for this token and its key, at this method and address."""

    token: str
    key_thumbprint: str
    method: str
    url: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds. It may be used once until it expires."""

    digest: bytes
    expires_at: datetime
    nonce: str | None


class Nonces:
    """Nonces that need no store: keyed hashes of the time (RFC 9449, section 9)."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def present(self, now: float) -> str:
        """The nonce that is given out now."""
        return self._of(int(now // NONCE_SECONDS))

    def accepts(self, nonce: str, *, now: float) -> bool:
        """Tell whether a nonce is the present one or the one before."""
        period = int(now // NONCE_SECONDS)
        return any(hmac.compare_digest(self._of(each).encode(), nonce.encode()) for each in (period, period - 1))

    def _of(self, period: int) -> str:
        return _base64url(hmac.digest(self._key, str(period).encode(), hashlib.sha256))


class ProofVerifier:
    """Checks proofs; with nonces, where the service asks for its own."""

    def __init__(self, nonces: Nonces | None) -> None:
        self.nonces = nonces

    def verify(self, proofs: Sequence[str], bound: Bound, *, now: float) -> Proof:
        """Accept the one proof of a request, or raise `ProofInvalid` with the check that failed."""
        if len(proofs) != 1:
            raise ProofInvalid(Reason.PROOF_COUNT)
        key, claims = _verified(proofs[0])
        if claims["htm"] != bound.method:
            raise ProofInvalid(Reason.PROOF_METHOD)
        if normalised(claims["htu"]) != normalised(bound.url):
            raise ProofInvalid(Reason.PROOF_URL)
        if abs(now - claims["iat"]) > WINDOW_SECONDS:
            raise ProofInvalid(Reason.PROOF_TIME)
        if not hmac.compare_digest(claims["ath"].encode(), _base64url(_sha256(bound.token)).encode()):
            raise ProofInvalid(Reason.PROOF_TOKEN)
        if not hmac.compare_digest(key.thumbprint().encode(), bound.key_thumbprint.encode()):
            raise ProofInvalid(Reason.PROOF_BINDING)
        return Proof(
            digest=_sha256(f"{bound.key_thumbprint}\0{claims['jti']}"),
            expires_at=datetime.fromtimestamp(claims["iat"], UTC) + timedelta(seconds=2 * WINDOW_SECONDS),
            nonce=nonce if isinstance(nonce := claims.get("nonce"), str) else None,
        )

    def require_nonce(self, proof: Proof, *, now: float) -> None:
        """Raise `NonceRequired` where the service asks for its own nonce and the proof has none that counts."""
        if self.nonces is not None and (proof.nonce is None or not self.nonces.accepts(proof.nonce, now=now)):
            raise NonceRequired(self.nonces.present(now))


def normalised(address: str) -> str | None:
    """Write an address as RFC 3986 (6.2.2, 6.2.3) compares it, without query and fragment; None for what is none."""
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}{_ESCAPE.sub(_plain, parts.path) or '/'}"


def _plain(escape: re.Match[str]) -> str:
    character = chr(int(escape[0][1:], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0].upper()


def _verified(proof: str) -> tuple[Key, dict[str, Any]]:
    """Verify the signature of a proof with the key that it brings, and that it is a proof; give key and claims."""
    if len(proof) > _MAX_PROOF_LENGTH:
        raise ProofInvalid(Reason.PROOF_MALFORMED)
    try:
        header, _ = jose.peek(proof, registry=_SIGNATURES)
        if jose.media_type(header) != "dpop+jwt":
            raise ProofInvalid(Reason.PROOF_TYPE)
        if not jose.is_plain(header):
            raise ProofInvalid(Reason.PROOF_MALFORMED)
        if header["alg"] not in jose.ALGORITHMS:
            raise ProofInvalid(Reason.PROOF_ALGORITHM)
        key = public_key.read(header.get("jwk"))
        claims = jwt.decode(proof, key, registry=_SIGNATURES).claims
    except public_key.KeyUnusable as error:
        raise ProofInvalid(Reason.PROOF_KEY) from error
    except BadSignatureError as error:
        raise ProofInvalid(Reason.PROOF_SIGNATURE) from error
    except (JoseError, *jose.MALFORMED) as error:
        raise ProofInvalid(Reason.PROOF_MALFORMED) from error
    _require_claims(claims)
    return key, claims


def _require_claims(claims: Mapping[str, Any]) -> None:
    texts = all(isinstance(claims.get(name), str) and claims[name] for name in ("jti", "htm", "htu", "ath"))
    issued_at = claims.get("iat")
    if (
        not texts
        or len(claims["jti"]) > _MAX_ID_LENGTH
        or isinstance(issued_at, bool)
        or not isinstance(issued_at, int)
    ):
        raise ProofInvalid(Reason.PROOF_CLAIMS)


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
