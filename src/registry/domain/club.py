"""Clubs of people after rehabilitation (CLB hỗ trợ người sau cai, CLB B93): who belongs to them, and how they fare."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from registry.domain.aftercare import relapsed_on
from registry.domain.errors import RuleViolation
from registry.domain.period import DatesOutOfOrder, require_order, require_past

MOST_EARLIER_COUNTS = 100
"""How many counts are kept of a club beside its newest one."""


class MemberKind(StrEnum):
    """As what somebody belongs to a club."""

    AFTER_REHAB = "after_rehab"
    FAMILY = "family"
    VOLUNTEER = "volunteer"
    COLLABORATOR = "collaborator"


class MembershipAlreadyOpen(RuleViolation):
    """The person is a member of this club already."""

    code = "membership_already_open"


@dataclass(frozen=True, slots=True)
class CleanTime:
    """How long somebody has lived without relapse since they completed a course last. Nobody types it."""

    completed_on: date
    relapsed_on: date | None
    days: int


def clean_time(completed_on: Iterable[date], addicted_on: Iterable[date], *, on: date) -> CleanTime | None:
    """Count the days from the last completion to a day, or to the next determination of addiction before it.

    None where no course was completed by that day: of such a person nothing is known, least of all nothing bad.
    """
    last = max((day for day in completed_on if day <= on), default=None)
    if last is None:
        return None
    relapsed = relapsed_on(last, (day for day in addicted_on if day <= on))
    return CleanTime(last, relapsed, ((relapsed or on) - last).days)


class EarlierCountsFull(RuleViolation):
    """As many earlier counts are kept of the club as may be, and a new one would add another."""

    code = "earlier_counts_full"


def is_new_count(former_on: date | None, counted_on: date | None) -> bool:
    """Tell a new count, which leaves the former one to its day, from a correction, which takes its place."""
    return former_on is not None and counted_on is not None and former_on < counted_on


def review_counts(earlier_on: Sequence[date], counted_on: date | None, *, today: date) -> None:
    """Refuse counts of days to come, earlier ones that are not in the order of their days, and more than are kept."""
    if len(earlier_on) > MOST_EARLIER_COUNTS:
        raise EarlierCountsFull(pointer="/earlier_counts")
    require_past(counted_on, today=today, pointer="/counted_on")
    days = (*earlier_on, *(() if counted_on is None else (counted_on,)))
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise DatesOutOfOrder(pointer="/earlier_counts")
    require_past(max(earlier_on, default=None), today=today, pointer="/earlier_counts")


def review_guidance(visited_on: date, *, opened_on: date, closed_on: date | None, today: date) -> None:
    """Refuse guidance that has not been, or of a club that was not there."""
    require_past(visited_on, today=today, pointer="/visited_on")
    require_order(opened_on, visited_on, pointer="/visited_on")
    require_order(visited_on, closed_on, pointer="/visited_on")
