"""What was acknowledged, kept apart from the servers."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from fault.notebook import Operation
from fault.plan import Keyed


@dataclass(frozen=True, slots=True)
class Summary:
    """What the devices saw."""

    acknowledged: int
    acknowledged_under_keys: int
    replayed: int
    answers_lost: int
    refused_for_now: int
    seconds: float


@dataclass(slots=True)
class Journal:
    """What was acknowledged: by operation, the version that it makes and the answer's position; by key, the record."""

    started: float
    acknowledged: dict[str, tuple[int, int]] = field(default_factory=dict)
    keyed: dict[str, tuple[Keyed, str]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def write(self, operation: Operation, result: dict[str, Any], *, last: int) -> None:
        """Keep an acknowledgement. However often it was sent, no version is beyond the `last` one of its record."""
        version, position = result["version"], int(result["position"])
        made = version_of(operation)
        self.acknowledged.setdefault(operation["ref"], (made, position))
        if not made <= version <= last:
            self.broken.append(f"{operation['op']} {operation['kind']} {operation['id']}: version {version}")

    def write_keyed(self, request: Keyed, answer: dict[str, Any]) -> None:
        """Keep what came of a request under a key. However often it was sent, it is one record."""
        record_id = answer["id"]
        known = self.keyed.setdefault(request.key, (request, record_id))
        if known[1] != record_id or answer["version"] < request.version:
            self.broken.append(f"{request.method} {request.path}: {known}, then {record_id} {answer['version']}")

    @property
    def done(self) -> int:
        """How many writes were acknowledged."""
        return len(self.acknowledged) + len(self.keyed)

    def summary(self) -> Summary:
        """Count what happened."""
        seconds = round(time.monotonic() - self.started, 1)
        counts = self.counts
        return Summary(self.done, len(self.keyed), counts["replayed"], counts["lost"], counts["later"], seconds)


def version_of(operation: Operation) -> int:
    """Tell which version an operation makes: a record is changed once at most."""
    return 1 if operation["op"] == "create" else 2
