"""The one place where the service looks at the time."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Gives the present instant, aware, in UTC."""

_LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def system_clock() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def local_date(instant: datetime) -> date:
    """The calendar date in Viet Nam at an instant."""
    return instant.astimezone(_LOCAL).date()
