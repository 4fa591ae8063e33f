"""The figures of targets: from the engine of the annual report, from the directory of organisations, from statements.

Whoever calls has checked that these figures may be shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from registry import rating_scales
from registry.api.records.kind import Desk
from registry.db import clubs, plans, statistics
from registry.db.tables.plans import PlanRow, PlanTargetRow, TargetReportRow
from registry.domain import plan_figures, rating
from registry.domain.atlas import Atlas
from registry.domain.indicator import Indicator
from registry.domain.organisation import OrganisationKind
from registry.domain.plan_attainment import exactly
from registry.domain.plan_figures import UNKNOWN, Figure
from registry.domain.plan_target import TargetKind
from registry.domain.report import Report, ReportPeriod, Territory, compile_report, require_exact_figures
from registry.domain.unit import UnitVersion

Pair = tuple[PlanTargetRow, PlanRow]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The figures of a unit, as a day's map names it, from one day to another."""

    unit_id: int
    on: date
    first: date
    last: date

    def territory(self, atlas: Atlas) -> Territory:
        """What is counted in it."""
        return Territory.of(atlas, atlas.at(self.unit_id, self.on), on=self.on, period=self.period)

    def has(self, day: date) -> bool:
        """Whether a day is one of its days."""
        return self.first <= day <= self.last

    @property
    def period(self) -> ReportPeriod:
        """Its days, as the engine is asked about them."""
        return ReportPeriod(self.first.year, self.first, self.last)


@dataclass(frozen=True, slots=True)
class Reading:
    """A target's figure of a day. `live_base` is what a base that was frozen would be today."""

    figure: Figure
    measured_on: date
    live_base: int | None = None
    stated: TargetReportRow | None = None


async def read(desk: Desk, pairs: Sequence[Pair], *, on: date) -> dict[UUID, Reading]:
    """Measure targets on a day; on one after they are due, or after their unit ended, as they were then."""
    sheets = {target.id: _sheet(desk.atlas, target, plan, on) for target, plan in pairs}
    bases = {target.id: base_of(desk.atlas, target, plan) for target, plan in pairs}
    asked = [*sheets.values(), *(base for base in bases.values() if base is not None)]
    compiled = await _compiled(desk, [sheet for sheet in asked if sheet.first <= sheet.last])
    sites = await _sites(desk, pairs, sheets)
    stated = await _stated(desk, pairs, sheets)
    readings = {}
    for target, _ in pairs:
        sheet, base = sheets[target.id], bases[target.id]
        live = None if base is None else _count(compiled[base][1], target)
        figure = UNKNOWN
        if (report := stated.get(target.id)) is not None:
            figure = _of_statement(target, report)
        elif target.kind is TargetKind.RATING_AT_LEAST:
            figure = await _of_ratings(desk, target, sheet)
        elif sheet in compiled:
            figure = _of_records(target, *compiled[sheet], sites=sites, sheet=sheet, live_base=live)
        readings[target.id] = Reading(figure, sheet.last, live, report)
    return readings


async def count_bases(desk: Desk, pairs: Sequence[Pair]) -> dict[UUID, int]:
    """Count what changes are measured against. Every target names the period of its base."""
    bases = {target.id: base_of(desk.atlas, target, plan) for target, plan in pairs}
    compiled = await _compiled(desk, [base for base in bases.values() if base is not None])
    return {
        target.id: _count(compiled[base][1], target) for target, _ in pairs if (base := bases[target.id]) is not None
    }


def require_figures(desk: Desk, plan: PlanRow, *, on: date, by_commune: bool) -> UnitVersion:
    """Check, once, that the caller may see the figures of a plan's unit; the unit as the day's map names it."""
    day = last_day_of(desk.atlas, plan.planned_unit_id, min(on, plan.to_on))
    unit, actor = desk.atlas.at(plan.planned_unit_id, day), desk.actor
    require_exact_figures(
        desk.atlas, actor.grants, unit, on=day, today=actor.today, by_commune=by_commune, bounds=actor.bounds
    )
    return unit


def last_day_of(atlas: Atlas, unit_id: int, on: date) -> date:
    """A day, or the last one of a unit that has ended before."""
    return min(on, atlas.last(unit_id).valid_to - timedelta(days=1))


def base_of(atlas: Atlas, target: PlanTargetRow, plan: PlanRow) -> Sheet | None:
    """Where the base of a change is read: over its period, in the unit as the plan names it."""
    if target.base_from_on is None or target.base_to_on is None:
        return None
    on = last_day_of(atlas, target.measured_unit_id, max(plan.from_on, target.base_to_on))
    return Sheet(target.measured_unit_id, on, target.base_from_on, target.base_to_on)


def _sheet(atlas: Atlas, target: PlanTargetRow, plan: PlanRow, on: date) -> Sheet:
    last = last_day_of(atlas, target.measured_unit_id, min(on, target.due_on))
    return Sheet(target.measured_unit_id, last, plan.from_on, last)


async def _compiled(desk: Desk, sheets: Iterable[Sheet]) -> dict[Sheet, tuple[Territory, Report]]:
    """Make the reports of sheets; those of one period are counted at once."""
    territories = {sheet: sheet.territory(desk.atlas) for sheet in sheets}
    units: defaultdict[ReportPeriod, set[int]] = defaultdict(set)
    for sheet, territory in territories.items():
        units[sheet.period].update(territory.row_of)
    measured = {
        period: await statistics.measure(desk.session, period=period, units=counted)
        for period, counted in units.items()
    }
    return {
        sheet: (territory, compile_report(territory, measured[sheet.period]))
        for sheet, territory in territories.items()
    }


async def _sites(
    desk: Desk, pairs: Sequence[Pair], sheets: Mapping[UUID, Sheet]
) -> dict[tuple[OrganisationKind, date], Sequence[int]]:
    asked = {
        (target.organisation_kind, sheets[target.id].last)
        for target, _ in pairs
        if target.organisation_kind is not None
    }
    return {(kind, on): await plans.sites(desk.session, kind, on=on) for kind, on in asked}


async def _stated(desk: Desk, pairs: Sequence[Pair], sheets: Mapping[UUID, Sheet]) -> dict[UUID, TargetReportRow]:
    """Find the last statement of each target by the day on which it is measured."""
    targets = [target.id for target, _ in pairs if target.stated_measure is not None]
    if not targets:
        return {}
    actor = desk.actor
    until = max(sheets[each].last for each in targets)
    found = await plans.stated(desk.session, targets, until=until, scope=actor.scope, today=actor.today)
    return {report.target_id: report for report in found if sheets[report.target_id].has(report.reported_on)}


def _of_statement(target: PlanTargetRow, report: TargetReportRow) -> Figure:
    if target.kind is TargetKind.SHARE:
        return plan_figures.of_share(report.count, report.of_count)
    return plan_figures.of_count(target.kind, report.count, _stated_base(target))


def _of_records(
    target: PlanTargetRow,
    territory: Territory,
    report: Report,
    *,
    sites: Mapping[tuple[OrganisationKind, date], Sequence[int]],
    sheet: Sheet,
    live_base: int | None,
) -> Figure:
    if target.indicator is not None:
        frozen = live_base if target.frozen_base is None else target.frozen_base
        base = _stated_base(target) if frozen is None else Fraction(frozen)
        return plan_figures.of_report(target.kind, Indicator(target.indicator), report, base)
    if target.organisation_kind is not None:
        return plan_figures.of_organisations(target.kind, sites[target.organisation_kind, sheet.last], territory)
    return UNKNOWN


async def _of_ratings(desk: Desk, target: PlanTargetRow, sheet: Sheet) -> Figure:
    """Compare how the clubs of a programme that are at work on the day are rated in the days of the sheet."""
    scales, programme, asked = rating_scales.load(), target.rating_programme, target.rating
    if programme is None or asked is None or sheet.first > sheet.last:
        return UNKNOWN
    rated = await clubs.rated(
        desk.session, programme, first=sheet.first, on=sheet.last, scope=desk.actor.scope, today=desk.actor.today
    )
    within = sheet.territory(desk.atlas).row_of
    return plan_figures.of_ratings(
        None if grade is None else rating.is_at_least(scales, programme, grade.year, grade=grade.rating, asked=asked)
        for club, grade in rated
        if club.site_unit_id in within
    )


def _stated_base(target: PlanTargetRow) -> Fraction | None:
    return None if target.base_value is None else exactly(target.base_value)


def _count(report: Report, target: PlanTargetRow) -> int:
    """What a change is measured of: the rules let it be nothing that may be unknown."""
    value = None if target.indicator is None else report.total[Indicator(target.indicator)]
    if not isinstance(value, int):
        raise TypeError
    return value
