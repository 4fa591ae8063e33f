"""Keys for one purpose each, derived from the service's one secret (HKDF, RFC 5869)."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MATCH_KEY_BYTES = 16
"""Short for the sake of the index; two groups that fall together cost a comparison, and no wrong answer."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The service's keys. Losing one makes fingerprints useless, never wrong."""

    fingerprint: bytes
    cursor: bytes
    nonce: bytes
    matching: bytes

    @classmethod
    def derive(cls, secret: bytes) -> Self:
        """Derive every key; the same secret always gives the same keys."""
        return cls(*(_derive(secret, purpose) for purpose in ("fingerprint", "cursor", "dpop-nonce", "matching")))

    def fingerprint_of(self, body: bytes) -> bytes:
        """Keyed fingerprint of the body that created a record."""
        return hmac.digest(self.fingerprint, body, hashlib.sha256)

    def match_key_of(self, group: str) -> bytes:
        """Keyed hash of a group in which duplicates of a person are looked for."""
        return hmac.digest(self.matching, group.encode(), hashlib.sha256)[:MATCH_KEY_BYTES]


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"registry " + purpose.encode()).derive(secret)
