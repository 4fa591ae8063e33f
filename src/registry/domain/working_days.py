"""Working days in Viet Nam: which days are worked, and when a term of working days ends."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Weekends and public holidays, with the days that the Government moved.

    `is_usual` knows weekends, holidays and the days off in their place. `off` and `worked` correct it: each year
    a Friday or a Monday is swapped for a Saturday.
    """

    is_usual: Callable[[date], bool]
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day."""
        if day in self.worked:
            return True
        return day not in self.off and self.is_usual(day)

    def end_of_term(self, start: date, days: int) -> date:
        """The last day of a term: its first day does not count (Civil Code 2015, article 147)."""
        last = start
        for _ in range(days):
            last = self._next(last)
        return last

    def _next(self, day: date) -> date:
        following = day + timedelta(days=1)
        while not self.is_working(following):
            following += timedelta(days=1)
        return following
