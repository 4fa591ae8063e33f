"""Master keys: they wrap the keys of people, and the index keys are derived from them.

A ring is text: entries `number:key` between white space or commas, the key 32 bytes in base64. The highest
number is the newest key; it wraps and indexes what is new, and all of them open what they once wrapped.
"""

import hashlib
import hmac
import logging
import os
import re
import stat
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from registry.vault import gcm
from registry.vault.gcm import Broken
from registry.vault.sealed import DataKey

log = logging.getLogger(__name__)

_ENTRY = re.compile(r"([1-9][0-9]{0,4}):([A-Za-z0-9+/]{43}=)")


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A person's key as the database keeps it: sealed under a master key, which is named."""

    id: UUID
    master_key: int
    blob: bytes


class MasterKeys(Protocol):
    """What wraps the keys of people. A key management service would be another one: hence the coroutines."""

    async def wrap(self, key: DataKey, *, person_id: UUID) -> WrappedKey:
        """Wrap a person's key under the newest master key."""

    async def unwrap(self, wrapped: WrappedKey, *, person_id: UUID) -> DataKey:
        """Unwrap a person's key. Raises `Broken` where it was wrapped for somebody else, or its master key is gone."""


@dataclass(frozen=True)
class MasterKey:
    """One key of the ring, from which a key is derived for each use (HKDF, RFC 5869)."""

    number: int
    secret: bytes = field(repr=False)

    @cached_property
    def wrapping(self) -> AESGCM:
        """The cipher that wraps."""
        return gcm.cipher(self._derived("wrapping"))

    @cached_property
    def _indexing(self) -> dict[str, bytes]:
        return {}

    def index(self, kind: str, number: str) -> bytes:
        """Index an identity number of a kind, blindly: equal numbers have equal indexes, nothing else shows."""
        if kind not in self._indexing:
            self._indexing[kind] = self._derived(f"blind index|{kind}")
        return hmac.digest(self._indexing[kind], number.encode(), hashlib.sha256)

    def _derived(self, use: str) -> bytes:
        info = f"registry master key|{use}".encode()
        return HKDF(algorithm=SHA256(), length=gcm.KEY_BYTES, salt=None, info=info).derive(self.secret)


class KeyRing:
    """The one implementation: keys from the environment, or from a file, which is read again when it is replaced."""

    def __init__(self, source: Path | str) -> None:
        self._file = source if isinstance(source, Path) else None
        self._stamp = self._stamp_now()
        self._keys = parse(source if isinstance(source, str) else source.read_text(encoding="utf-8"))

    @property
    def keys(self) -> Mapping[int, MasterKey]:
        """All keys by their numbers."""
        if self._file is not None and (stamp := self._stamp_now()) != self._stamp:
            self._stamp = stamp
            self._read_again(self._file)
        return self._keys

    @property
    def newest(self) -> MasterKey:
        """The key for all that is new."""
        keys = self.keys
        return keys[max(keys)]

    def indexes(self, kinds: Iterable[str], number: str) -> tuple[bytes, ...]:
        """Every index that a number may be stored under: of each kind, by each key."""
        keys = self.keys.values()
        return tuple(key.index(kind, number) for kind in kinds for key in keys)

    async def wrap(self, key: DataKey, *, person_id: UUID) -> WrappedKey:
        """Wrap a person's key under the newest key."""
        master = self.newest
        blob = gcm.encrypt(master.wrapping, key.secret, bound_to=_binding(person_id, key.id, master.number))
        return WrappedKey(key.id, master.number, blob)

    async def unwrap(self, wrapped: WrappedKey, *, person_id: UUID) -> DataKey:
        """Unwrap a person's key under the key that wrapped it."""
        master = self.keys.get(wrapped.master_key)
        if master is None:
            log.error("master_key.missing", extra={"master_key": wrapped.master_key})
            raise Broken
        binding = _binding(person_id, wrapped.id, master.number)
        return DataKey(wrapped.id, gcm.decrypt(master.wrapping, wrapped.blob, bound_to=binding))

    def _stamp_now(self) -> tuple[int, int] | None:
        if self._file is None:
            return None
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _read_again(self, file: Path) -> None:
        """Take the file's keys. One that is missing or broken for a moment leaves those that are held."""
        try:
            self._keys = parse(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            log.exception("master_keys.unreadable")
        else:
            log.info("master_keys.read_again", extra={"newest": max(self._keys)})


def parse(text: str) -> dict[int, MasterKey]:
    """Read a ring. Raises `ValueError`, which never quotes it."""
    keys: dict[int, MasterKey] = {}
    for place, entry in enumerate(re.split(r"[\s,]+", text.strip()), start=1):
        found = _ENTRY.fullmatch(entry)
        if found is None:
            msg = f"master key entry {place} is not number:key, the key 32 bytes in base64"
            raise ValueError(msg)
        number = int(found[1])
        if number in keys:
            msg = f"two master keys have the number {number}"
            raise ValueError(msg)
        keys[number] = MasterKey(number, b64decode(found[2]))
    return keys


def new_entry(number: int) -> str:
    """Make a key, as a ring's entry."""
    return f"{number}:{b64encode(os.urandom(gcm.KEY_BYTES)).decode()}"


def add_key(file: Path) -> int:
    """Add a new newest key to a ring in a file, and tell its number. Who reads meanwhile sees either ring, whole."""
    text = file.read_text(encoding="utf-8")
    number = max(parse(text)) + 1
    found = file.stat()
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600, exist_ok=False)
    with draft.open("w", encoding="utf-8") as output:
        output.write(f"{text.rstrip()}\n{new_entry(number)}\n")
        output.flush()
        os.fsync(output.fileno())
    os.chown(draft, found.st_uid, found.st_gid)
    draft.chmod(stat.S_IMODE(found.st_mode))
    draft.replace(file)
    return number


def _binding(person_id: UUID, key_id: UUID, master_key: int) -> bytes:
    return f"person_key|{person_id}|{key_id}|{master_key}".encode()
