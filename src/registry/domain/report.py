"""The annual report: its period, the territory that it tells of, and how measures become its figures.

It refuses a period that has not begun, a map older than the period, and figures that a caller may not see.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from registry.domain.access import Grant, Role, UnitNotGranted
from registry.domain.atlas import Atlas
from registry.domain.catalogue import HOTSPOTS, derive
from registry.domain.errors import Forbidden, RuleViolation
from registry.domain.indicator import Indicator, Value
from registry.domain.situation import CommuneStatus
from registry.domain.unit import Level, UnitVersion


class PeriodNotBegun(RuleViolation):
    """A report is asked for a year that has not begun."""

    code = "period_not_begun"


class MapBeforePeriodEnd(RuleViolation):
    """The unit is named on a map on which the communes of the period's end need not exist yet."""

    code = "map_before_period_end"


class ExactFiguresNotGranted(Forbidden):
    """An analyst asks for exact figures below the province."""

    code = "exact_figures_not_granted"


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """A calendar year, both days included; the running year ends today."""

    year: int
    first: date
    last: date

    @classmethod
    def of(cls, year: int, *, today: date) -> "ReportPeriod":
        first = date(year, 1, 1)
        if first > today:
            raise PeriodNotBegun(year=year)
        return cls(year, first, min(date(year, 12, 31), today))

    @property
    def is_over(self) -> bool:
        """Whether the whole year is told of."""
        return self.last == date(self.year, 12, 31)

    def map_date(self, on: date | None) -> date:
        """The date whose map names the unit: the period's last day, or a later one."""
        if on is not None and on < self.last:
            raise MapBeforePeriodEnd(on=on, last=self.last)
        return on or self.last


def require_exact_figures(
    atlas: Atlas,
    grants: Iterable[Grant],
    unit: UnitVersion,
    *,
    on: date,
    today: date,
    by_commune: bool,
    bounds: Iterable[int] = (),
) -> None:
    """Refuse a unit that no grant covers, and to analysts every exact figure below the province.

    A unit is covered by a grant on it or on one that it lay in on the date, or where grants reach
    everything that became of it; and so by each of the `bounds` of the software that asks. Figures below
    the province can tell who somebody is.
    """
    held = tuple(grants)
    if not all(_covered(atlas, (bound,), unit, on=on, today=today) for bound in bounds):
        raise UnitNotGranted
    exact = (grant.unit_id for grant in held if grant.role is not Role.ANALYST)
    if _covered(atlas, exact, unit, on=on, today=today):
        return
    if not _covered(atlas, (grant.unit_id for grant in held), unit, on=on, today=today):
        raise UnitNotGranted
    if unit.level is not Level.PROVINCE or by_commune:
        raise ExactFiguresNotGranted


def _covered(atlas: Atlas, units: Iterable[int | None], unit: UnitVersion, *, on: date, today: date) -> bool:
    granted = [each for each in units if each is not None]
    if any(atlas.is_in_force(each, on) and atlas.within(unit.unit_id, each, on) for each in granted):
        return True
    became = set(atlas.scope_of(unit.unit_id, today)) or {atlas.current(unit.unit_id, today)}
    return became <= {reached for each in granted for reached in atlas.scope_of(each, today)}


@dataclass(frozen=True)
class Territory:
    """The units, of any time, that are counted within the unit asked for, each with its places.

    `rows` are the communes of the map that names the unit, `row_of` the one in which a unit is counted
    (None: unplaced). `commune_of` is the commune of the period's end in which a unit lay then.
    """

    unit: UnitVersion
    rows: tuple[UnitVersion, ...]
    row_of: Mapping[int, int | None]
    commune_of: Mapping[int, int]
    ended_on: Mapping[int, date]

    @classmethod
    def of(cls, atlas: Atlas, unit: UnitVersion, *, on: date, period: ReportPeriod) -> "Territory":
        sources = atlas.sources_of(unit.unit_id, on)
        then = {each: _commune(atlas, each, period.last) for each in sources}
        return cls(
            unit=unit,
            rows=atlas.communes_within(unit.unit_id, on),
            row_of={each: _commune(atlas, each, on) for each in sources},
            commune_of={each: commune for each, commune in then.items() if commune is not None},
            ended_on={each: atlas.last(each).valid_to for each in sources},
        )

    @cached_property
    def parts(self) -> Mapping[int | None, tuple[int, ...]]:
        """The units counted in each row; those in none are unplaced."""
        parts: defaultdict[int | None, list[int]] = defaultdict(list)
        for unit, row in self.row_of.items():
            parts[row].append(unit)
        return {row: tuple(units) for row, units in parts.items()}


def _commune(atlas: Atlas, unit_id: int, on: date) -> int | None:
    """The commune in which a unit is counted on a date; none where that is a larger unit, or it had not begun.

    Communes of an island district that became a commune itself are counted in it, though no list names it.
    """
    if atlas.first(unit_id).valid_from > on:
        return None
    place, _ = atlas.there(unit_id, on)
    return place if atlas.at(place, on).level is Level.COMMUNE else None


@dataclass(frozen=True, slots=True)
class Tally:
    """So many of what an indicator counts are counted in each of these units.

    Almost always one unit; a person who moved between two stays in rehab is one person in two.
    """

    indicator: Indicator
    units: frozenset[int]
    count: int


@dataclass(frozen=True, slots=True)
class SuspectedCount:
    """The last number of suspected people that a commune reported in the period."""

    commune_id: int
    on: date
    count: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What was counted in the records, by the units that were in charge."""

    tallies: Sequence[Tally]
    statuses: Sequence[tuple[int, CommuneStatus]]
    suspected: Sequence[SuspectedCount]


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a territory, of each of its communes, and of what is counted in no commune."""

    total: Mapping[Indicator, Value]
    communes: Sequence[tuple[UnitVersion, Mapping[Indicator, Value]]]
    unplaced: Mapping[Indicator, Value]


def compile_report(territory: Territory, measured: Measured) -> Report:
    """Make the figures. Each is computed for a set of units; rows are sets without a common unit, so they add up."""
    sums = _Sums(territory, measured)
    return Report(
        total=sums.of(territory.row_of),
        communes=[(row, sums.of(territory.parts[row.unit_id])) for row in territory.rows],
        unplaced=sums.of(territory.parts.get(None, ())),
    )


class _Sums:
    """Measures found by unit, so that every row takes up its own only."""

    def __init__(self, territory: Territory, measured: Measured) -> None:
        self._commune_of = territory.commune_of
        self._ended_on = territory.ended_on
        self._tallies: defaultdict[int, list[Tally]] = defaultdict(list)
        for tally in measured.tallies:
            for unit in tally.units:
                self._tallies[unit].append(tally)
        self._statuses: defaultdict[int, list[CommuneStatus]] = defaultdict(list)
        for unit, status in measured.statuses:
            self._statuses[unit].append(status)
        self._suspected = {report.commune_id: report for report in measured.suspected}

    def of(self, units: Iterable[int]) -> dict[Indicator, Value]:
        own = frozenset(units)
        return derive({**self._counted(own), **self._communes(own), **self._reported(own)})

    def _counted(self, units: frozenset[int]) -> Counter[Indicator]:
        counts: Counter[Indicator] = Counter()
        for tally in {tally for unit in units for tally in self._tallies.get(unit, ())}:
            counts[tally.indicator] += tally.count
        return counts

    def _communes(self, units: frozenset[int]) -> dict[Indicator, Value]:
        within: dict[Indicator, set[int]] = {indicator: set() for indicator in _HAVING}
        drug_free: set[int] = set()
        hotspots: dict[CommuneStatus, set[int]] = {status: set() for status in HOTSPOTS}
        for unit in units & self._commune_of.keys():
            commune = self._commune_of[unit]
            counted = {tally.indicator for tally in self._tallies.get(unit, ())}
            for indicator, needed in _HAVING.items():
                if counted & needed:
                    within[indicator].add(commune)
            for status in self._statuses.get(unit, ()):
                hotspots.get(status, drug_free).add(commune)
        return {
            Indicator.COMMUNES_TOTAL: len({self._commune_of[unit] for unit in units & self._commune_of.keys()}),
            **{indicator: len(communes) for indicator, communes in within.items()},
            Indicator.HOTSPOT_COMMUNES: len(set().union(*hotspots.values())),
            **{HOTSPOTS[status]: len(communes) for status, communes in hotspots.items()},
            Indicator.DRUG_FREE_COMMUNES: len(drug_free),
        }

    def _reported(self, units: frozenset[int]) -> dict[Indicator, Value]:
        reports = [self._suspected[unit] for unit in units & self._suspected.keys() if not self._is_superseded(unit)]
        communes = {self._commune_of.get(report.commune_id, report.commune_id) for report in reports}
        return {
            Indicator.SUSPECTED_PEOPLE: sum(report.count for report in reports) if reports else None,
            Indicator.COMMUNES_REPORTING_SUSPECTED: len(communes),
        }

    def _is_superseded(self, unit: int) -> bool:
        """Whether the commune that took an ended one in has reported since."""
        later = self._suspected.get(self._commune_of.get(unit, unit))
        return later is not None and later.on >= self._ended_on[unit]


_HAVING = {
    Indicator.COMMUNES_AFFECTED: frozenset({Indicator.ADDICTED_PERSONS, Indicator.ILLEGAL_USERS}),
    Indicator.COMMUNES_WITH_POINT: frozenset({Indicator.COUNSELLING_POINTS}),
    Indicator.COMMUNES_WITH_TEAM: frozenset({Indicator.VOLUNTEER_TEAMS}),
}
"""Communes are counted by what is counted in them: one of these at least."""
