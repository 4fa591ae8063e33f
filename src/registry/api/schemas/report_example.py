"""The example of an annual report: what the demo province answers, shortened to the figures that were published."""

from datetime import UTC, date, datetime

from registry.api.language import Language
from registry.api.schemas.reports import AnnualReportOut, FigureOut, ReportPeriodOut, ReportUnitOut
from registry.domain.indicator import Indicator
from registry.domain.unit import Level

_PHU_YEN_2020 = {
    Indicator.PERSONS_ON_FILE: 1229,
    Indicator.ADDICTED_PERSONS: 301,
    Indicator.ILLEGAL_USERS: 928,
    Indicator.COMMUNES_TOTAL: 110,
    Indicator.COMMUNES_AFFECTED: 88,
    Indicator.COMMUNES_AFFECTED_PCT: 80.0,
    Indicator.HOTSPOT_COMMUNES: 0,
    Indicator.REHAB_PERSONS: 108,
    Indicator.REHAB_PERSONS_FACILITY_COMPULSORY: 13,
    Indicator.REHAB_PERSONS_FACILITY_VOLUNTARY: 60,
    Indicator.REHAB_PERSONS_COMMUNITY: 35,
    Indicator.METHADONE_PATIENTS: 67,
    Indicator.CUMULATIVE_COMMUNITY: 144,
    Indicator.CUMULATIVE_FACILITY_VOLUNTARY_REGISTRATIONS: 180,
    Indicator.CUMULATIVE_METHADONE_REGISTRATIONS: 67,
}

EXAMPLE = AnnualReportOut(
    unit=ReportUnitOut(code="54", name="Tỉnh Phú Yên", level=Level.PROVINCE, on=date(2020, 12, 31)),
    period=ReportPeriodOut(year=2020, from_on=date(2020, 1, 1), to_on=date(2020, 12, 31), is_over=True),
    generated_at=datetime(2026, 11, 21, 3, tzinfo=UTC),
    figures=[FigureOut.told(code, value, Language.VI) for code, value in _PHU_YEN_2020.items()],
    communes=None,
    unplaced=None,
    plan_targets=[],
)
"""Part of the answer to `unit=54&year=2020` on a fresh demo."""
