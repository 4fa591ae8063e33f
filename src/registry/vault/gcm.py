"""AES-256-GCM (NIST SP 800-38D) under random nonces of 96 bits: the one cipher of the service."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class Broken(Exception):
    """The bytes are not what this key sealed for this place."""


def new_nonce() -> bytes:
    """Draw a nonce. A key seals far fewer than 2**32 values, so no two are ever the same (SP 800-38D, 8.3)."""
    return os.urandom(NONCE_BYTES)


def cipher(key: bytes) -> AESGCM:
    """Make the cipher of a key: to keep where the key is used again and again, since that takes longer than to open."""
    return AESGCM(key)


def encrypt(under: AESGCM, clear: bytes, *, bound_to: bytes) -> bytes:
    """Seal bytes for the place that `bound_to` names: nonce, ciphertext, tag."""
    nonce = new_nonce()
    return nonce + under.encrypt(nonce, clear, bound_to)


def decrypt(under: AESGCM, sealed: bytes, *, bound_to: bytes) -> bytes:
    """Open what `encrypt` sealed under the same key for the same place. Raises `Broken` on anything else."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise Broken
    try:
        return under.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except InvalidTag:
        raise Broken from None
