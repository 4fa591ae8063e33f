"""Figures: the catalogue of indicators and the annual report."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from registry.api import problems, report_csv
from registry.api.deps import Reader
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.schemas.fields import Day, UnitCode, Year
from registry.api.schemas.report_example import EXAMPLE
from registry.api.schemas.reports import AnnualReportOut, IndicatorOut, IndicatorsOut
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import statistics, trail
from registry.domain.access import Permission
from registry.domain.indicator import CATALOGUE
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

    **As a table.** `format=csv` answers UTF-8 with a byte order mark (Excel opens it; in pandas read it as
    `utf-8-sig`), comma-separated, with a point before decimals, one row for each figure: `part` is `total`,
    `commune` or `unplaced`. Pivot on `commune_code` and `indicator` for a wide table.

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
    report = AnnualReportOut.of(
        compile_report(territory, measured),
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


def _audited(code: str, on: date) -> str:
    return f"unit:{code}@{on.isoformat()}"


def _wants_csv(request: Request, written: ReportFormat | None) -> bool:
    if written is not None:
        return written is ReportFormat.CSV
    accepted = request.headers.get("accept", "").lower()
    return report_csv.MEDIA_TYPE in accepted and "json" not in accepted
