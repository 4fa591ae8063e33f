"""Clubs of people after rehabilitation (CLB hỗ trợ người sau cai, CLB B93): who belongs to them, and how they fare."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.domain.aftercare import relapsed_on
from registry.domain.errors import RuleViolation
from registry.domain.period import require_order, require_past


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


def review_guidance(visited_on: date, *, opened_on: date, closed_on: date | None, today: date) -> None:
    """Refuse guidance that has not been, or of a club that was not there."""
    require_past(visited_on, today=today, pointer="/visited_on")
    require_order(opened_on, visited_on, pointer="/visited_on")
    require_order(visited_on, closed_on, pointer="/visited_on")
