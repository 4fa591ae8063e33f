"""Quotas: so many requests in a window of time, so many people in an hour, and what each caller has spent."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from registry.domain.errors import DomainError

MOST_CALLERS = 100_000
"""Callers told apart by one process; the memory that anybody's requests can take is bounded by it."""


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many requests in a window of so many seconds."""

    requests: int
    seconds: int = 60

    def __post_init__(self) -> None:
        if not (1 <= self.requests <= 10_000_000 and 1 <= self.seconds <= 3600):
            raise ValueError("a quota is 1 to 10,000,000 requests in 1 to 3600 seconds")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left to a caller, and in how many seconds everything is there again."""

    remaining: int
    resets_in: int
    is_exceeded: bool


@dataclass(slots=True)
class _Window:
    ends_at: float
    spent: int


class TooManyPersons(DomainError):
    """The answer would show more different people than the caller may see within the hour."""

    code = "too_many_persons"


def hour_of(at: datetime) -> datetime:
    """The hour in which people read are counted."""
    return at.replace(minute=0, second=0, microsecond=0)


def require_few_persons(seen: int, *, most: int, at: datetime) -> None:
    """Refuse what would show too many people; from the next hour on others may be seen."""
    if seen > most:
        wait = hour_of(at) + timedelta(hours=1) - at
        raise TooManyPersons(retry_after=ceil(wait.total_seconds()), max_persons=most)


class Windows:
    """What callers have spent of one quota. A caller's window begins with the first request after the last one.

    Windows are of one length and are kept in the order in which they begin, so those that ended are the
    first ones. Callers who come when the table is full share one window, until others have ended.
    """

    def __init__(self, quota: Quota, *, most_callers: int = MOST_CALLERS) -> None:
        self.quota = quota
        self._most_callers = most_callers
        self._open: dict[Hashable, _Window] = {}
        self._shared = _Window(ends_at=0, spent=0)

    def spend(self, caller: Hashable, *, now: float) -> Standing:
        """Count one request. `now` is in seconds; a clock that was set back begins a new window."""
        window = self._open.get(caller)
        if window is None or not self._is_open(window, now):
            window = self._begin(caller, now)
        window.spent += 1
        left = self.quota.requests - window.spent
        return Standing(max(left, 0), ceil(window.ends_at - now), is_exceeded=left < 0)

    def _is_open(self, window: _Window, now: float) -> bool:
        return now < window.ends_at <= now + self.quota.seconds

    def _begin(self, caller: Hashable, now: float) -> _Window:
        while self._open and not self._is_open(self._open[first := next(iter(self._open))], now):
            del self._open[first]
        if len(self._open) < self._most_callers:
            window = self._open[caller] = _Window(now + self.quota.seconds, 0)
            return window
        if not self._is_open(self._shared, now):
            self._shared = _Window(now + self.quota.seconds, 0)
        return self._shared
