"""What a commune sets up around its people: counselling points, when they are open, what they offer."""

from collections.abc import Iterable
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from registry.domain.errors import RuleViolation


class Weekday(StrEnum):
    """Days of the week, as calendars in Viet Nam begin it."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class PointService(StrEnum):
    """What a counselling point offers."""

    INDIVIDUAL_COUNSELLING = "individual_counselling"
    GROUP_COUNSELLING = "group_counselling"
    FAMILY_COUNSELLING = "family_counselling"
    PREVENTION_COUNSELLING = "prevention_counselling"
    THEMATIC_TALKS = "thematic_talks"
    TREATMENT_SUPPORT = "treatment_support"
    AFTERCARE_SUPPORT = "aftercare_support"
    REFERRAL = "referral"


class Opening(NamedTuple):
    """A stretch of a weekday in which a place is open. `HH:MM` with leading zeros sorts as the time does."""

    weekday: Weekday
    opens: str
    closes: str


class OpeningHoursInvalid(RuleViolation):
    """A place closes before it opens, or is open twice at one time."""

    code = "opening_hours_invalid"


def review_openings(openings: Iterable[Opening], *, pointer: str) -> None:
    """Refuse opening hours that cannot be kept."""
    in_order = sorted(openings)
    ends_first = any(each.closes <= each.opens for each in in_order)
    if ends_first or any(a.weekday == b.weekday and b.opens < a.closes for a, b in pairwise(in_order)):
        raise OpeningHoursInvalid(pointer=pointer)
