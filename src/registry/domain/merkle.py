"""A Merkle tree over a log that only grows, hashed as RFC 6962 (2.1) says."""

import hashlib
from collections.abc import Iterable

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry of the log. The prefix keeps entries and nodes apart, or one could pass for the other."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """What a tree needs to grow and to tell its root: the roots of its perfect subtrees, the largest first.

    A tree of n leaves has as many of them as n has bits that are set: thirty at the most for a billion leaves.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)
        if len(self._peaks) != size.bit_count():
            raise ValueError("these are not the subtrees of a tree of this size")

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots of the perfect subtrees."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Grow by the hash of one entry: every full pair becomes a subtree of twice the size."""
        subtree = leaf
        bits = self.size
        while bits & 1:
            subtree = node_hash(self._peaks.pop(), subtree)
            bits >>= 1
        self._peaks.append(subtree)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The hash that stands for every entry and for their order."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for left in reversed(self._peaks[:-1]):
            root = node_hash(left, root)
        return root
