"""Dates and half-open periods: the last day of a stay is its end, and the next stay may begin on it."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from registry.domain.errors import RuleViolation


class DateInFuture(RuleViolation):
    """A date that reports something done lies after today."""

    code = "date_in_future"


class DatesOutOfOrder(RuleViolation):
    """A later step is dated before an earlier one."""

    code = "dates_out_of_order"


@dataclass(frozen=True, slots=True)
class Period:
    """From a day on, until (but without) another; open when `until` is None."""

    start: date
    until: date | None = None

    def overlaps(self, other: "Period") -> bool:
        """Whether the two share a day. A period that ends on the day it starts shares none."""
        begun = max(self.start, other.start)
        return all(until is None or begun < until for until in (self.until, other.until))


def require_past(day: date | None, *, today: date, pointer: str) -> None:
    """Refuse a date after today."""
    if day is not None and day > today:
        raise DateInFuture(pointer=pointer)


def require_past_year(year: int | None, *, today: date, pointer: str) -> None:
    """Refuse a year after this one."""
    if year is not None and year > today.year:
        raise DateInFuture(pointer=pointer)


def require_order(earlier: date | None, later: date | None, *, pointer: str) -> None:
    """Refuse `later` before `earlier`; a date that is not given orders nothing."""
    if earlier is not None and later is not None and later < earlier:
        raise DatesOutOfOrder(pointer=pointer)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last one of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
