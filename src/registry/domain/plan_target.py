"""Targets of plans: what is measured, against what, in which direction. It refuses fields that do not go together."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

from registry.domain.catalogue import CATALOGUE
from registry.domain.errors import RuleViolation
from registry.domain.indicator import Counted, Indicator
from registry.domain.organisation import OrganisationKind
from registry.domain.period import require_order


class TargetKind(StrEnum):
    """What kind of number a target sets."""

    LEVEL = "level"
    SHARE = "share"
    CHANGE = "change"
    RATING_AT_LEAST = "rating_at_least"
    COVERAGE = "coverage"

    @property
    def is_summed(self) -> bool:
        """Whether what lower units are given adds up to the whole."""
        return self in {TargetKind.LEVEL, TargetKind.COVERAGE}

    @property
    def is_gradual(self) -> bool:
        """Whether it is reached on the way to the due day. A share or a rating holds on a day, or does not."""
        return self not in {TargetKind.SHARE, TargetKind.RATING_AT_LEAST}


class Direction(StrEnum):
    """On which side of the value the target is met."""

    FLOOR = "floor"
    CAP = "cap"
    REDUCTION = "reduction"


class TargetDoesNotFit(RuleViolation):
    """A field does not go with the kind of the target."""

    code = "target_does_not_fit"


class TargetBaseIncomplete(RuleViolation):
    """A change needs one base: a stated value with its source, or a period."""

    code = "target_base_incomplete"


class ParentTargetDoesNotFit(RuleViolation):
    """The parent target measures something else, or lower units have been given theirs of it."""

    code = "parent_target_does_not_fit"


class TargetAlreadyReported(RuleViolation):
    """Something is stated of the target and the day already; correct that record instead."""

    code = "target_already_reported"


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured: an indicator, organisations of a kind, or what somebody states."""

    indicator: Indicator | None = None
    organisation_kind: OrganisationKind | None = None
    stated_measure: str | None = None

    @property
    def name(self) -> str:
        """What a target and the one that it is a part of must have in common."""
        if self.indicator is not None:
            return f"indicator:{self.indicator}"
        if self.organisation_kind is not None:
            return f"organisations:{self.organisation_kind}"
        return "stated"


@dataclass(frozen=True, slots=True)
class Base:
    """What a change is measured against: a value somebody states, or the figure of a period."""

    value: float | None = None
    source: str | None = None
    from_on: date | None = None
    to_on: date | None = None

    @property
    def is_given(self) -> bool:
        """Whether anything is said of a base."""
        return any(part is not None for part in (self.value, self.source, self.from_on, self.to_on))

    def review(self, *, is_stated_measure: bool, due_on: date) -> None:
        """Accept one whole base. What no indicator covers has no figure of a period."""
        stated = (self.value is not None, self.source is not None)
        period = (self.from_on is not None, self.to_on is not None)
        if any(stated) == any(period) or any(stated) != all(stated) or any(period) != all(period):
            raise TargetBaseIncomplete(pointer="/base_value")
        if is_stated_measure and any(period):
            raise TargetBaseIncomplete(pointer="/base_from_on")
        require_order(self.from_on, self.to_on, pointer="/base_to_on")
        require_order(self.to_on, due_on, pointer="/base_to_on")


def review(
    *,
    kind: TargetKind,
    direction: Direction,
    measure: Measure,
    value: float | None,
    rating: str | None,
    base: Base,
    due_on: date,
) -> None:
    """Accept a target whose fields go together."""
    _review_direction(kind, direction)
    _review_measure(kind, measure)
    _review_value(kind, direction, value, rating)
    if kind is TargetKind.CHANGE:
        base.review(is_stated_measure=measure.stated_measure is not None, due_on=due_on)
    elif base.is_given:
        raise TargetDoesNotFit(pointer="/base_value")


def _review_direction(kind: TargetKind, direction: Direction) -> None:
    match direction:
        case Direction.REDUCTION:
            fits = kind is TargetKind.CHANGE
        case Direction.CAP:
            fits = kind is not TargetKind.RATING_AT_LEAST
        case Direction.FLOOR:
            fits = True
        case _:
            assert_never(direction)
    if not fits:
        raise TargetDoesNotFit(pointer="/direction")


def _review_measure(kind: TargetKind, measure: Measure) -> None:
    named = [
        name for name in ("indicator", "organisation_kind", "stated_measure") if getattr(measure, name) is not None
    ]
    if len(named) != 1:
        raise TargetDoesNotFit(pointer="/indicator")
    match kind:
        case TargetKind.RATING_AT_LEAST:
            fits = measure.organisation_kind is OrganisationKind.AFTERCARE_CLUB
        case TargetKind.LEVEL | TargetKind.COVERAGE:
            fits = not _is_of(measure, *_UNFIT)
        case TargetKind.CHANGE:
            fits = measure.organisation_kind is None and not _is_of(measure, *_UNFIT)
        case TargetKind.SHARE:
            fits = measure.stated_measure is not None or _is_of(measure, Counted.PERCENT)
        case _:
            assert_never(kind)
    if not fits:
        raise TargetDoesNotFit(pointer=f"/{named[0]}")


def _is_of(measure: Measure, *counted: Counted) -> bool:
    return measure.indicator is not None and CATALOGUE[measure.indicator].counted in counted


def _review_value(kind: TargetKind, direction: Direction, value: float | None, rating: str | None) -> None:
    if (rating is not None) != (kind is TargetKind.RATING_AT_LEAST):
        raise TargetDoesNotFit(pointer="/rating")
    if (value is None) != (kind is TargetKind.RATING_AT_LEAST):
        raise TargetDoesNotFit(pointer="/value")
    if value is None:
        return
    match direction:
        case Direction.REDUCTION:
            fits = value < 0
        case Direction.FLOOR:
            fits = value > 0
        case Direction.CAP:
            fits = value >= 0
        case _:
            assert_never(direction)
    if not fits or (kind is TargetKind.SHARE and value > _WHOLE):
        raise TargetDoesNotFit(pointer="/value")


_WHOLE = 100
_UNFIT = (Counted.PERCENT, Counted.CHANGE, Counted.REPORTED)
"""What is no count of the register: shares, changes, and what others report."""
