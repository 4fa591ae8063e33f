"""What a target's figure is made of: taken from a report, from organisations, or from what was stated."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from registry.domain.catalogue import CATALOGUE
from registry.domain.indicator import Indicator, Value
from registry.domain.plan_attainment import change, share
from registry.domain.plan_target import TargetKind
from registry.domain.report import Report, Territory


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it rests on. `value` is what the target's own value is compared with; None is unknown."""

    value: Fraction | None = None
    numerator: int | None = None
    denominator: int | None = None
    base: Fraction | None = None


UNKNOWN = Figure()


def of_report(kind: TargetKind, indicator: Indicator, report: Report, base: Fraction | None) -> Figure:
    """Read the figure of an indicator off a report."""
    if kind is TargetKind.COVERAGE:
        return _covered(report, indicator)
    definition = CATALOGUE[indicator]
    if definition.numerator is not None and definition.denominator is not None:
        return of_share(_whole(report.total[definition.numerator]), _whole(report.total[definition.denominator]))
    return of_count(kind, _whole(report.total[indicator]), base)


def of_count(kind: TargetKind, count: int | None, base: Fraction | None) -> Figure:
    """Make the figure of a number that was counted or stated: itself, or its change against a base."""
    if kind is TargetKind.CHANGE:
        return Figure(change(count, base), numerator=count, base=base)
    return Figure(None if count is None else Fraction(count), numerator=count)


def of_share(numerator: int | None, denominator: int | None) -> Figure:
    """Make the figure of a share."""
    return Figure(share(numerator, denominator), numerator, denominator)


def of_organisations(kind: TargetKind, sites: Iterable[int], territory: Territory) -> Figure:
    """Count the organisations of a territory, or the communes of its map that have one, by the units they lie in."""
    within = Counter(territory.row_of[site] for site in sites if site in territory.row_of)
    if kind is TargetKind.COVERAGE:
        covered = len(within.keys() - {None})
        return Figure(Fraction(covered), covered, len(territory.rows))
    return of_count(kind, within.total(), None)


def of_ratings(reached: Iterable[bool | None]) -> Figure:
    """Make the figure of organisations of which all must reach a grade; None is one that nobody rated.

    Such a one may still reach it, so the figure is unknown; unless another one is below, and all do not.
    """
    judged = list(reached)
    enough, is_decided = judged.count(True), None not in judged or False in judged
    return Figure(share(enough, len(judged)) if is_decided else None, enough, len(judged))


def _covered(report: Report, indicator: Indicator) -> Figure:
    communes = [_whole(figures[indicator]) for _, figures in report.communes]
    covered = sum(1 for count in communes if count)
    return Figure(Fraction(covered), covered, len(communes))


def _whole(value: Value) -> int | None:
    return value if isinstance(value, int) else None
