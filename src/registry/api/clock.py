"""The one place where the service looks at the time."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
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


def end_of(day: date) -> datetime:
    """The instant at which a calendar date in Viet Nam is over."""
    return datetime.combine(day + timedelta(days=1), time.min, _LOCAL).astimezone(UTC)
