"""Jobs of the worker: when the next run is due, after one that was done and after one that failed."""

from datetime import datetime, timedelta
from enum import StrEnum

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=5)


class JobOutcome(StrEnum):
    """How the last run ended."""

    DONE = "done"
    FAILED = "failed"


def due_after_success(at: datetime, every: timedelta) -> datetime:
    """The next regular run."""
    return at + every


def due_after_failure(at: datetime, *, failed_in_a_row: int) -> datetime:
    """The next try: soon at first, then in pauses that double, and never later than the longest pause."""
    doublings = min(failed_in_a_row - 1, 10)
    return at + min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def late(due_at: datetime, *, at: datetime) -> timedelta:
    """How long a run is overdue; nothing where its time has not come."""
    return max(at - due_at, timedelta(0))
