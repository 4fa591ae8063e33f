"""Attainment: how far a target is reached, and how it stands on a day. What is unknown is never met.

Everything is computed in whole fractions: 1,999 of 2,000 is shown as 100.0 %, and does not meet a target of 100 %.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from registry.domain.plan_target import Direction, TargetKind

_PERCENT = 100


class TargetStatus(StrEnum):
    """How a target stands on a day."""

    MET = "met"
    NOT_MET = "not_met"
    ON_COURSE = "on_course"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be reached, from the first day of the plan to the due day."""

    kind: TargetKind
    direction: Direction
    value: Fraction
    from_on: date
    due_on: date

    def elapsed(self, on: date) -> Fraction:
        """How much of its time has gone at the end of a day, between nothing and all."""
        days, whole = (on - self.from_on).days + 1, (self.due_on - self.from_on).days + 1
        return min(max(Fraction(days, whole), Fraction(0)), Fraction(1))

    def holds(self, actual: Fraction, value: Fraction | None = None) -> bool:
        """Whether a number lies on the right side of the value, or of another one on the way to it."""
        aimed = self.value if value is None else value
        return actual >= aimed if self.direction is Direction.FLOOR else actual <= aimed


@dataclass(frozen=True, slots=True)
class Standing:
    """How a target stands: its status, how much of it is attained in percent, and what is missing."""

    status: TargetStatus
    attained_pct: Fraction | None = None
    shortfall: Fraction | None = None


def standing(aim: Aim, actual: Fraction | None, *, on: date) -> Standing:
    """Judge a number of a day."""
    if actual is None:
        return Standing(TargetStatus.UNKNOWN)
    missing = aim.value - actual if aim.direction is Direction.FLOOR else actual - aim.value
    return Standing(_status(aim, actual, on), _attained(aim, actual), max(missing, Fraction(0)))


def change(count: int | None, base: Fraction | None) -> Fraction | None:
    """The change against a base in percent; unknown where there is nothing to have changed."""
    if count is None or base is None or base == 0:
        return None
    return _PERCENT * (count - base) / base


def share(numerator: int | None, denominator: int | None) -> Fraction | None:
    """A share in percent; unknown where there is nothing to be a share of."""
    if numerator is None or not denominator:
        return None
    return Fraction(_PERCENT * numerator, denominator)


def exactly(value: float) -> Fraction:
    """Take a number as it was written: a target of 0.1 is a tenth."""
    return Fraction(str(value))


def rounded_down(value: Fraction) -> float:
    """Show to one decimal no more than there is: 100.0 is shown of what is attained alone."""
    return floor(value * 10) / 10


def rounded_up(value: Fraction) -> float:
    """Show to one decimal no less than there is: nothing is missing where 0.0 is shown."""
    return ceil(value * 10) / 10


def _status(aim: Aim, actual: Fraction, on: date) -> TargetStatus:
    is_final = on >= aim.due_on or not aim.kind.is_gradual
    is_cap = aim.direction is Direction.CAP
    if aim.holds(actual):
        return TargetStatus.ON_COURSE if is_cap and not is_final else TargetStatus.MET
    is_on_the_way = not (is_cap or is_final) and aim.holds(actual, aim.value * aim.elapsed(on))
    return TargetStatus.ON_COURSE if is_on_the_way else TargetStatus.NOT_MET


def _attained(aim: Aim, actual: Fraction) -> Fraction:
    if aim.direction is Direction.CAP:
        return Fraction(_PERCENT) if aim.holds(actual) else _PERCENT * aim.value / actual
    return max(_PERCENT * actual / aim.value, Fraction(0))


@dataclass(frozen=True, slots=True)
class Allotment:
    """How much of a target lower units were given: what nobody was given, or what was given beyond the whole."""

    allotted: Fraction
    unallotted: Fraction
    excess: Fraction


def allot(kind: TargetKind, value: Fraction, parts: Iterable[Fraction]) -> Allotment | None:
    """Add up what lower units were given. Shares, changes and ratings are not summed."""
    if not kind.is_summed:
        return None
    allotted = sum(parts, start=Fraction(0))
    return Allotment(allotted, max(value - allotted, Fraction(0)), max(allotted - value, Fraction(0)))
