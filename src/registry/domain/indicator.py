"""The catalogue of indicators: what each counts, over which time, and which are made of others.

The words stand in `data/indicators/*.toml`; how a measure is counted, in `registry.db.statistics`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from registry.domain.episode import Outcome
from registry.domain.situation import CommuneStatus

Value = int | float | None
"""A figure; None where nothing can be said, which is not zero."""


class Indicator(StrEnum):
    """Every indicator of the annual report, in its order there."""

    PERSONS_ON_FILE = "persons_on_file"
    ADDICTED_PERSONS = "addicted_persons"
    ILLEGAL_USERS = "illegal_users"
    NEW_ON_FILE = "new_on_file"
    FILES_CLOSED = "files_closed"
    SUSPECTED_PEOPLE = "suspected_people"
    COMMUNES_REPORTING_SUSPECTED = "communes_reporting_suspected"
    COMMUNES_TOTAL = "communes_total"
    COMMUNES_AFFECTED = "communes_affected"
    COMMUNES_AFFECTED_PCT = "communes_affected_pct"
    HOTSPOT_COMMUNES = "hotspot_communes"
    HOTSPOT_COMMUNES_TYPE_1 = "hotspot_communes_type_1"
    HOTSPOT_COMMUNES_TYPE_2 = "hotspot_communes_type_2"
    HOTSPOT_COMMUNES_TYPE_3 = "hotspot_communes_type_3"
    DRUG_FREE_COMMUNES = "drug_free_communes"
    DRUG_FREE_COMMUNES_PCT = "drug_free_communes_pct"
    REHAB_PERSONS = "rehab_persons"
    REHAB_PERSONS_FACILITY_COMPULSORY = "rehab_persons_facility_compulsory"
    REHAB_PERSONS_FACILITY_VOLUNTARY = "rehab_persons_facility_voluntary"
    REHAB_PERSONS_COMMUNITY = "rehab_persons_community"
    REHAB_DISTINCT_PERSONS = "rehab_distinct_persons"
    REHAB_EPISODES_STARTED = "rehab_episodes_started"
    REHAB_EXITS_COMPLETED = "rehab_exits_completed"
    REHAB_EXITS_DROPPED_OUT = "rehab_exits_dropped_out"
    REHAB_EXITS_TRANSFERRED = "rehab_exits_transferred"
    REHAB_EXITS_TERMINATED_BY_PROVIDER = "rehab_exits_terminated_by_provider"
    REHAB_EXITS_CUSTODY = "rehab_exits_custody"
    REHAB_EXITS_DECEASED = "rehab_exits_deceased"
    REHAB_EXITS_MOVED_AWAY = "rehab_exits_moved_away"
    REHAB_EXITS_DECLINED_BEFORE_START = "rehab_exits_declined_before_start"
    REHAB_COURSES_CONCLUDED = "rehab_courses_concluded"
    REHAB_COURSES_COMPLETED = "rehab_courses_completed"
    REHAB_COURSES_BROKEN_OFF = "rehab_courses_broken_off"
    COMPLETION_RATE = "completion_rate"
    METHADONE_PATIENTS = "methadone_patients"
    METHADONE_STARTED = "methadone_started"
    METHADONE_LEFT = "methadone_left"
    CUMULATIVE_COMMUNITY = "cumulative_community"
    CUMULATIVE_FACILITY_VOLUNTARY_REGISTRATIONS = "cumulative_facility_voluntary_registrations"
    CUMULATIVE_METHADONE_REGISTRATIONS = "cumulative_methadone_registrations"
    AFTERCARE_PERSONS = "aftercare_persons"
    AFTERCARE_PERSONS_RESIDENCE = "aftercare_persons_residence"
    AFTERCARE_PERSONS_FACILITY = "aftercare_persons_facility"
    AFTERCARE_STARTED = "aftercare_started"
    AFTERCARE_COMPLETED = "aftercare_completed"
    COURSES_COMPLETED = "courses_completed"
    COURSES_PLACED = "courses_placed"
    AFTERCARE_COVERAGE_PCT = "aftercare_coverage_pct"
    RELAPSE_CASES = "relapse_cases"
    RELAPSE_COHORT = "relapse_cohort"
    RELAPSED_WITHIN_12M = "relapsed_within_12m"
    RELAPSE_RATE_12M = "relapse_rate_12m"
    EDUCATION_MEASURE_PERSONS = "education_measure_persons"
    EDUCATION_MEASURE_COVERED = "education_measure_covered"
    EDUCATION_MEASURE_COVERED_PCT = "education_measure_covered_pct"


class Time(StrEnum):
    """What time a figure speaks of."""

    POINT = "point"
    PERIOD = "period"
    CUMULATIVE = "cumulative"


class Counted(StrEnum):
    """What is counted. People (người), episodes (lượt) and courses are never added up."""

    PERSONS = "persons"
    EPISODES = "episodes"
    COURSES = "courses"
    FILES = "files"
    COMMUNES = "communes"
    REPORTED = "reported"
    PERCENT = "percent"


class FigureStatus(StrEnum):
    """What a figure's value is; `suppressed` is held back to protect the people behind a small number."""

    EXACT = "exact"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Definition:
    """What an indicator counts: a measure, the sum of others (`parts`), or one as a share of another."""

    time: Time
    counted: Counted
    parts: tuple[Indicator, ...] = ()
    numerator: Indicator | None = None
    denominator: Indicator | None = None
    is_additive: bool = True
    """Whether the figures of the parts of a territory add up to that of the whole."""


_I = Indicator
_PEOPLE_NOW = Definition(Time.POINT, Counted.PERSONS)
_PEOPLE = Definition(Time.PERIOD, Counted.PERSONS)
_COMMUNES_NOW = Definition(Time.POINT, Counted.COMMUNES)
_EPISODES = Definition(Time.PERIOD, Counted.EPISODES)
_COURSES = Definition(Time.PERIOD, Counted.COURSES)
_REGISTRATIONS = Definition(Time.CUMULATIVE, Counted.EPISODES)


def _share_of(numerator: Indicator, denominator: Indicator) -> Definition:
    return Definition(Time.PERIOD, Counted.PERCENT, numerator=numerator, denominator=denominator, is_additive=False)


EXITS: Mapping[Outcome, Indicator] = MappingProxyType(
    {outcome: Indicator(f"rehab_exits_{outcome}") for outcome in Outcome}
)
"""The indicator that counts each way in which a stay in rehabilitation ends."""

HOTSPOTS: Mapping[CommuneStatus, Indicator] = MappingProxyType(
    {
        CommuneStatus.HOTSPOT_TYPE_1: _I.HOTSPOT_COMMUNES_TYPE_1,
        CommuneStatus.HOTSPOT_TYPE_2: _I.HOTSPOT_COMMUNES_TYPE_2,
        CommuneStatus.HOTSPOT_TYPE_3: _I.HOTSPOT_COMMUNES_TYPE_3,
    }
)
"""The indicator that counts the communes under each hotspot decision."""

CATALOGUE: Mapping[Indicator, Definition] = MappingProxyType(
    {
        _I.PERSONS_ON_FILE: Definition(Time.POINT, Counted.PERSONS, parts=(_I.ADDICTED_PERSONS, _I.ILLEGAL_USERS)),
        _I.ADDICTED_PERSONS: _PEOPLE_NOW,
        _I.ILLEGAL_USERS: _PEOPLE_NOW,
        _I.NEW_ON_FILE: _PEOPLE,
        _I.FILES_CLOSED: Definition(Time.PERIOD, Counted.FILES),
        _I.SUSPECTED_PEOPLE: Definition(Time.POINT, Counted.REPORTED),
        _I.COMMUNES_REPORTING_SUSPECTED: Definition(Time.PERIOD, Counted.COMMUNES),
        _I.COMMUNES_TOTAL: _COMMUNES_NOW,
        _I.COMMUNES_AFFECTED: _COMMUNES_NOW,
        _I.COMMUNES_AFFECTED_PCT: Definition(
            Time.POINT,
            Counted.PERCENT,
            numerator=_I.COMMUNES_AFFECTED,
            denominator=_I.COMMUNES_TOTAL,
            is_additive=False,
        ),
        _I.HOTSPOT_COMMUNES: _COMMUNES_NOW,
        **dict.fromkeys(HOTSPOTS.values(), _COMMUNES_NOW),
        _I.DRUG_FREE_COMMUNES: _COMMUNES_NOW,
        _I.DRUG_FREE_COMMUNES_PCT: Definition(
            Time.POINT,
            Counted.PERCENT,
            numerator=_I.DRUG_FREE_COMMUNES,
            denominator=_I.COMMUNES_TOTAL,
            is_additive=False,
        ),
        _I.REHAB_PERSONS: Definition(
            Time.PERIOD,
            Counted.PERSONS,
            parts=(
                _I.REHAB_PERSONS_FACILITY_COMPULSORY,
                _I.REHAB_PERSONS_FACILITY_VOLUNTARY,
                _I.REHAB_PERSONS_COMMUNITY,
            ),
        ),
        _I.REHAB_PERSONS_FACILITY_COMPULSORY: _PEOPLE,
        _I.REHAB_PERSONS_FACILITY_VOLUNTARY: _PEOPLE,
        _I.REHAB_PERSONS_COMMUNITY: _PEOPLE,
        _I.REHAB_DISTINCT_PERSONS: Definition(Time.PERIOD, Counted.PERSONS, is_additive=False),
        _I.REHAB_EPISODES_STARTED: _EPISODES,
        **dict.fromkeys(EXITS.values(), _EPISODES),
        _I.REHAB_COURSES_CONCLUDED: Definition(
            Time.PERIOD, Counted.COURSES, parts=(_I.REHAB_COURSES_COMPLETED, _I.REHAB_COURSES_BROKEN_OFF)
        ),
        _I.REHAB_COURSES_COMPLETED: _COURSES,
        _I.REHAB_COURSES_BROKEN_OFF: _COURSES,
        _I.COMPLETION_RATE: Definition(
            Time.PERIOD,
            Counted.PERCENT,
            numerator=_I.REHAB_COURSES_COMPLETED,
            denominator=_I.REHAB_COURSES_CONCLUDED,
            is_additive=False,
        ),
        _I.METHADONE_PATIENTS: _PEOPLE_NOW,
        _I.METHADONE_STARTED: _EPISODES,
        _I.METHADONE_LEFT: _EPISODES,
        _I.CUMULATIVE_COMMUNITY: _REGISTRATIONS,
        _I.CUMULATIVE_FACILITY_VOLUNTARY_REGISTRATIONS: _REGISTRATIONS,
        _I.CUMULATIVE_METHADONE_REGISTRATIONS: _REGISTRATIONS,
        _I.AFTERCARE_PERSONS: Definition(
            Time.POINT, Counted.PERSONS, parts=(_I.AFTERCARE_PERSONS_RESIDENCE, _I.AFTERCARE_PERSONS_FACILITY)
        ),
        _I.AFTERCARE_PERSONS_RESIDENCE: _PEOPLE_NOW,
        _I.AFTERCARE_PERSONS_FACILITY: _PEOPLE_NOW,
        _I.AFTERCARE_STARTED: _EPISODES,
        _I.AFTERCARE_COMPLETED: _EPISODES,
        _I.COURSES_COMPLETED: _COURSES,
        _I.COURSES_PLACED: _COURSES,
        _I.AFTERCARE_COVERAGE_PCT: _share_of(_I.COURSES_PLACED, _I.COURSES_COMPLETED),
        _I.RELAPSE_CASES: _PEOPLE,
        _I.RELAPSE_COHORT: _COURSES,
        _I.RELAPSED_WITHIN_12M: _COURSES,
        _I.RELAPSE_RATE_12M: _share_of(_I.RELAPSED_WITHIN_12M, _I.RELAPSE_COHORT),
        _I.EDUCATION_MEASURE_PERSONS: _PEOPLE,
        _I.EDUCATION_MEASURE_COVERED: _PEOPLE,
        _I.EDUCATION_MEASURE_COVERED_PCT: _share_of(_I.EDUCATION_MEASURE_COVERED, _I.EDUCATION_MEASURE_PERSONS),
    }
)
"""Every indicator with its definition. A sum or a share comes after what it is made of, or its parts are measures."""


def share(numerator: Value, denominator: Value) -> float | None:
    """A percentage to one decimal, halves up; unknown where there is nothing to be a share of."""
    if not isinstance(numerator, int) or not isinstance(denominator, int) or denominator == 0:
        return None
    return (2000 * numerator + denominator) // (2 * denominator) / 10


def derive(measures: Mapping[Indicator, Value]) -> dict[Indicator, Value]:
    """Complete measures to every figure of the catalogue, in its order: sums first, since shares are taken of them.

    What was measured nowhere is zero, unless a value says that nothing is known.
    """
    figures: dict[Indicator, Value] = {
        code: sum((measures.get(part) or 0 for part in definition.parts), start=0)
        if definition.parts
        else measures.get(code, 0)
        for code, definition in CATALOGUE.items()
    }
    for code, definition in CATALOGUE.items():
        if definition.numerator is not None and definition.denominator is not None:
            figures[code] = share(figures[definition.numerator], figures[definition.denominator])
    return figures
