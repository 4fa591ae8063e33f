"""A checkpoint: how long the log was at an instant, and the root that stands for all of it.

Its text is that of C2SP's tlog-checkpoint: origin, size, root, and a line of our own that tells the time.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

_TEXT = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\ntime ([0-9TZ:.-]+)\n")


class NoCheckpoint(ValueError):
    """The text is not that of a checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed, and kept where the database's administrator cannot change it."""

    origin: str
    size: int
    root: bytes
    at: datetime

    @property
    def text(self) -> str:
        """The text that is signed; it ends with a line feed."""
        root = base64.b64encode(self.root).decode()
        time = self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{self.origin}\n{self.size}\n{root}\ntime {time}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a checkpoint; one spelling only, so that what was signed is what is understood."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise NoCheckpoint("not the text of a checkpoint")
        origin, size, root, time = found.groups()
        try:
            read = cls(origin, int(size), base64.b64decode(root, validate=True), datetime.fromisoformat(time))
        except (ValueError, binascii.Error):
            raise NoCheckpoint("not the text of a checkpoint") from None
        if read.text != text:
            raise NoCheckpoint("not the one spelling of a checkpoint")
        return read
