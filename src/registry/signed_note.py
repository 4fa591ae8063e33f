"""Signed notes (C2SP signed-note): a text, and below it who signed it with Ed25519.

The form is that of Go's checksum database and of transparency logs, so that anybody's tools can check them.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_ED25519 = b"\x01"
_ID_BYTES = 4
_MARK = "\N{EM DASH} "


class NoteInvalid(ValueError):
    """Not a signed note, or not signed by whom it should be."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with the name of its holder."""

    name: str
    key: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `name+id+key`, as `registry audit public-key` prints it."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        key = _decoded(encoded)
        verifier = cls(name, key[1:])
        if key[:1] != _ED25519 or len(key) != 33 or verifier.key_id.hex() != key_id:
            raise NoteInvalid("not a public key of the form name+id+key")
        return verifier

    @property
    def key_id(self) -> bytes:
        """What tells this key from others of the same name."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.key).decode()}"

    def open(self, note: str) -> str:
        """Give the text of a note that this key has signed. Raises `NoteInvalid` for any other."""
        text, separator, signatures = note.rpartition("\n\n")
        for line in signatures.splitlines():
            name, _, encoded = line.removeprefix(_MARK).rpartition(" ")
            if separator and line.startswith(_MARK) and name == self.name and self._has_signed(f"{text}\n", encoded):
                return f"{text}\n"
        raise NoteInvalid(f"not signed by {self.name} with this key")

    def _has_signed(self, text: str, encoded: str) -> bool:
        signature = _decoded(encoded)
        if signature[:_ID_BYTES] != self.key_id:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature[_ID_BYTES:], text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with the name of its holder."""

    name: str
    key: Ed25519PrivateKey

    @classmethod
    def from_pem(cls, name: str, pem: bytes) -> Self:
        """Read a private key as `openssl genpkey -algorithm ed25519` writes it."""
        if not name or any(letter.isspace() or letter == "+" for letter in name):
            raise NoteInvalid("a signer's name has no spaces and no plus sign")
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError):
            raise NoteInvalid("not a private key in PEM") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise NoteInvalid("not a key for Ed25519")
        return cls(name, key)

    @property
    def verifier(self) -> Verifier:
        """What others need to check the signatures."""
        return Verifier(self.name, self.key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """Make a note of a text that ends with a line feed."""
        signature = self.verifier.key_id + self.key.sign(text.encode())
        return f"{text}\n{_MARK}{self.name} {base64.b64encode(signature).decode()}\n"


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise NoteInvalid("not base64") from None
