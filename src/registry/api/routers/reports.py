"""Figures: the catalogue of indicators and the annual report."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from registry.api import problems, report_csv
from registry.api.deps import Reader
from registry.api.plans import attainment
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.schemas.cards import CardNetworkOut, CardPopulationOut, CommuneCardOut
from registry.api.schemas.fields import CommuneCode, Day, UnitCode, Year
from registry.api.schemas.report_example import EXAMPLE
from registry.api.schemas.reports import AnnualReportOut, IndicatorOut, IndicatorsOut, ReportUnitOut
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import organisations, statistics, trail
from registry.domain.access import Permission
from registry.domain.card import NETWORK
from registry.domain.catalogue import CATALOGUE
from registry.domain.indicator import Indicator
from registry.domain.period import DateInFuture
from registry.domain.report import ReportPeriod, Territory, compile_report, require_exact_figures

router = APIRouter(prefix="/v1", tags=[Tag.REPORTS], route_class=StrictRoute)


class ReportFormat(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"


class Breakdown(StrEnum):
    """What a report is broken down by."""

    COMMUNE = "commune"


_WRITTEN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The figures. The example of a table holds those that were published for Phú Yên in 2020.",
        "content": {
            report_csv.MEDIA_TYPE: {
                "schema": {"type": "string", "maxLength": 100_000_000},
                "example": report_csv.table_of(EXAMPLE),
            }
        },
    }
}


@router.get(
    "/indicators",
    summary="Read the catalogue of indicators",
    responses=problems.responses(*problems.WITH_TOKEN),
)
async def list_indicators(_: Reader) -> IndicatorsOut:
    """Every indicator with what it counts, over which time, and what sums and shares are made of.

    The order is that of the reports. Codes stay; new ones may be added.
    """
    return IndicatorsOut(items=[IndicatorOut.of(code) for code in CATALOGUE])


@router.get(
    "/reports/annual",
    summary="Compute the annual report of a unit",
    response_model=AnnualReportOut,
    responses=_WRITTEN
    | problems.responses(
        *GUARDED,
        "unit_unknown",
        "unit_not_in_force",
        "unit_not_granted",
        "exact_figures_not_granted",
        "period_not_begun",
        "map_before_period_end",
    ),
)
async def get_annual_report(
    request: Request,
    desk: Annotated[Desk, Depends(desk_for(Permission.REPORT_READ))],
    unit: Annotated[
        UnitCode,
        Query(
            description="Code of a province, district or commune on the map of the period's last day, or of `on`.",
            examples=["54"],
        ),
    ],
    year: Annotated[Year, Query(description="Calendar year; the running one is told of up to today.", examples=[2020])],
    on: Annotated[
        Day | None,
        Query(description="Date whose map names the unit: the period's last day (without it) or a later one."),
    ] = None,
    by: Annotated[Breakdown | None, Query(description="`commune`: also the figures of every commune.")] = None,
    written: Annotated[
        ReportFormat | None,
        Query(alias="format", description="`json` or `csv`; without it, CSV where `Accept` asks for `text/csv` alone."),
    ] = None,
) -> AnnualReportOut | Response:
    """Compute the figures of a territory in a year from the records as they are now.

    **Which territory.** `unit=54&year=2020` is Phú Yên as it was on 2020-12-31. To look back along today's
    boundaries, name a unit of today and say so: `unit=66&on=2026-11-21&year=2020` is what happened in 2020 in
    the territory of today's Đắk Lắk. Communes are always counted on the map of the period's last day, so that a
    share of communes keeps the denominator of its time; `by=commune` lists the communes of the map of `on`. A commune
    that was divided since is counted in its default successor, one without a successor on file in `unplaced`.

    **Who counts where.** A person counts in the unit in charge of them: on the last day for figures at a point in
    time, on the day of the event for openings, closings, starts, exits and registrations, and on the last day of
    the period on which the stay was open for people in rehabilitation. What is dated before anybody was in charge
    counts under the first unit. People who were merged are one person. What was voided does not count.

    **What the numbers are.** `GET /v1/indicators` defines each: people (người), episodes (lượt) and courses are
    different things. `rehab_persons` is the sum of its three forms, with someone who was in two counted in
    both, and `rehab_distinct_persons` stands beside it; methadone is counted apart. `value` is null where nothing is
    known, which is not zero. Communes and `unplaced` add up to the territory's figure for every indicator with
    `is_additive`.

    **Plans.** `plan_targets` says how far approved plans were attained on the period's last day: of each target the
    figure, whether it is a floor, a cap or a reduction, `attained_pct`, what is missing and whether it is met. It is
    judged as `GET /v1/plans/{id}/progress` judges it for that day, in the unit as the map of `measured_on` knew it.

    **As a table.** `format=csv` answers UTF-8 with a byte order mark (Excel opens it; in pandas read it as
    `utf-8-sig`), comma-separated, with a point before decimals, one row for each figure: `part` is `total`,
    `commune`, `unplaced` or `plan_target`. Pivot the first three on `commune_code` and `indicator` for a wide table.
    The last are attainments in percent (`plan_attainment_pct`), each labelled by its document and its title.

    **Who may ask.** Whoever holds a grant that covers the unit, or everything that became of it. Analysts receive exact
    figures of provinces, without `by=commune`; below, `exact_figures_not_granted`. Every report is written to the audit
    log with its unit. A report is computed anew each time, so a late or corrected record changes it.
    """
    atlas, actor, by_commune = desk.atlas, desk.actor, by is Breakdown.COMMUNE
    period = ReportPeriod.of(year, today=actor.today)
    map_date = period.map_date(on)
    asked = atlas.resolve(unit, map_date)
    require_exact_figures(
        atlas, actor.grants, asked, on=map_date, today=actor.today, by_commune=by_commune, bounds=actor.bounds
    )
    territory = Territory.of(atlas, asked, on=map_date, period=period)
    measured = await statistics.measure(desk.session, period=period, units=territory.row_of)
    await trail.audit(desk.session, actor.act, entity=_audited(asked.code, map_date))
    measured_units = (asked, *territory.rows) if by_commune else (asked,)
    planned = await attainment.of_units(desk, [each.unit_id for each in measured_units], period)
    report = AnnualReportOut.of(
        compile_report(territory, measured),
        planned,
        unit=asked,
        on=map_date,
        period=period,
        at=actor.at,
        language=desk.language,
        by_commune=by_commune,
    )
    if _wants_csv(request, written):
        name = f"annual-{asked.code}-{period.year}.csv"
        return Response(
            report_csv.table_of(report),
            media_type=report_csv.MEDIA_TYPE,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    return report


@router.get(
    "/reports/commune-card",
    summary="Compute the card of a commune on a day",
    responses=problems.responses(
        *GUARDED,
        "unit_unknown",
        "unit_not_in_force",
        "unit_not_granted",
        "exact_figures_not_granted",
        "date_in_future",
    ),
)
async def get_commune_card(
    desk: Annotated[Desk, Depends(desk_for(Permission.REPORT_READ))],
    unit: Annotated[CommuneCode, Query(description="Code of the commune on the day.", examples=["22015"])],
    on: Annotated[Day | None, Query(description="The day that it tells of; today without it.")] = None,
) -> CommuneCardOut:
    """Compute all that a commune is on a day: people on file, treatment, aftercare, decisions, points, clubs and teams.

    The figures are those of the annual report, by the same definitions, for a period of this one day; suspected people
    are those last reported since the year began, and aftercare coverage is that of courses completed since then. A
    commune takes over what was recorded in the communes of which it was made. The rate by 10,000 divides by the latest
    number of people on record for the commune itself: after a merger of communes it is unknown until a number is
    recorded. Who may ask is who may ask for the commune's annual report.
    """
    atlas, actor = desk.atlas, desk.actor
    day = on or actor.today
    if day > actor.today:
        raise DateInFuture
    asked = atlas.resolve(unit, day)
    require_exact_figures(atlas, actor.grants, asked, on=day, today=actor.today, by_commune=False, bounds=actor.bounds)
    territory = Territory.of(atlas, asked, on=day, period=ReportPeriod(day.year, day, day))
    units = territory.row_of.keys()
    counted = await statistics.count_for_card(desk.session, day=day, units=units, commune_id=asked.unit_id)
    network = await organisations.at_work(desk.session, NETWORK, units=units, on=day)
    await trail.audit(desk.session, actor.act, entity=_audited(asked.code, day))
    figures = compile_report(territory, counted.measured).total
    return CommuneCardOut(
        unit=ReportUnitOut(code=asked.code, name=asked.name, level=asked.level, on=day),
        generated_at=actor.at,
        figures=CommuneCardOut.figures_of(figures, desk.language),
        population=CardPopulationOut.of(counted.population, figures[Indicator.PERSONS_ON_FILE]),
        statuses=sorted({status for _, status in counted.measured.statuses}),
        network=[
            CardNetworkOut.of(kind, ((each.id, each.name) for each in network if each.kind is kind)) for kind in NETWORK
        ],
    )


def _audited(code: str, on: date) -> str:
    return f"unit:{code}@{on.isoformat()}"


def _wants_csv(request: Request, written: ReportFormat | None) -> bool:
    if written is not None:
        return written is ReportFormat.CSV
    accepted = request.headers.get("accept", "").lower()
    return report_csv.MEDIA_TYPE in accepted and "json" not in accepted
