"""The annual report as a table for spreadsheets and statistics programs: one row for each figure."""

import csv
import io
from collections.abc import Iterator

from registry.api.schemas.reports import AnnualReportOut, CommuneFigureOut, status_of
from registry.domain.indicator import Counted, Time

MEDIA_TYPE = "text/csv"
COLUMNS = (
    "unit_code",
    "unit_name",
    "unit_on",
    "year",
    "from_on",
    "to_on",
    "part",
    "commune_code",
    "commune_name",
    "indicator",
    "label",
    "kind",
    "counts",
    "value",
    "status",
)
ATTAINMENT = "plan_attainment_pct"
_BYTE_ORDER_MARK = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_Part = tuple[str, str, str, list[CommuneFigureOut]]


def table_of(report: AnnualReportOut) -> str:
    """Write the figures in long form (RFC 4180), after a byte order mark that lets Excel read Vietnamese."""
    text = io.StringIO()
    text.write(_BYTE_ORDER_MARK)
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    unit, period = report.unit, report.period
    about = (unit.code, inert(unit.name), unit.on, period.year, period.from_on, period.to_on)
    told = {figure.code: figure for figure in report.figures}
    for part, code, name, figures in _parts(report):
        for figure in figures:
            definition = told[figure.code]
            what = (figure.code, inert(definition.label), definition.kind, definition.counts)
            rows.writerow((*about, part, code, inert(name), *what, figure.value, figure.status))
    for target in report.plan_targets:
        where = ("", "") if target.unit_code == unit.code else (target.unit_code, inert(target.unit_name))
        label, value = inert(f"{target.document_number}: {target.title}"), target.attained_pct
        aim = (ATTAINMENT, label, Time.PERIOD, Counted.PERCENT)
        rows.writerow((*about, "plan_target", *where, *aim, value, status_of(value)))
    return text.getvalue()


def inert(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _parts(report: AnnualReportOut) -> Iterator[_Part]:
    yield "total", "", "", list(report.figures)
    for commune in report.communes or ():
        yield "commune", commune.code, commune.name, commune.figures
    if report.unplaced is not None:
        yield "unplaced", "", "", report.unplaced
