"""The catalogue of indicators: what each counts, over which time, and which are made of others.

The words stand in `data/indicators/*.toml`; how a measure is counted, in `registry.db.statistics`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from registry.domain.episode import Outcome
from registry.domain.indicator import Counted, Definition, Indicator, Time, Value
from registry.domain.situation import CommuneStatus

_I = Indicator
_PEOPLE_NOW = Definition(Time.POINT, Counted.PERSONS)
_PEOPLE = Definition(Time.PERIOD, Counted.PERSONS)
_COMMUNES_NOW = Definition(Time.POINT, Counted.COMMUNES)
_EPISODES = Definition(Time.PERIOD, Counted.EPISODES)
_COURSES = Definition(Time.PERIOD, Counted.COURSES)
_REGISTRATIONS = Definition(Time.CUMULATIVE, Counted.EPISODES)


_ORGANISATIONS_NOW = Definition(Time.POINT, Counted.ORGANISATIONS)
_SESSIONS = Definition(Time.PERIOD, Counted.SESSIONS)
_REFERRALS = Definition(Time.PERIOD, Counted.REFERRALS)


def _share_of(
    numerator: Indicator, denominator: Indicator, time: Time = Time.PERIOD, counted: Counted = Counted.PERCENT
) -> Definition:
    return Definition(time, counted, numerator=numerator, denominator=denominator, is_additive=False)


def _share_of_communes(numerator: Indicator) -> Definition:
    return _share_of(numerator, _I.COMMUNES_TOTAL, Time.POINT)


_SESSION_FORMS = (
    _I.COUNSELLING_SESSIONS_INDIVIDUAL,
    _I.COUNSELLING_SESSIONS_GROUP,
    _I.COUNSELLING_SESSIONS_FAMILY,
    _I.COUNSELLING_SESSIONS_PREVENTION,
)

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
        _I.ADDICTED_PERSONS_BEFORE: _PEOPLE_NOW,
        _I.ADDICTED_CHANGE_PCT: _share_of(_I.ADDICTED_PERSONS, _I.ADDICTED_PERSONS_BEFORE, Time.POINT, Counted.CHANGE),
        _I.SUSPECTED_PEOPLE: Definition(Time.POINT, Counted.REPORTED),
        _I.COMMUNES_REPORTING_SUSPECTED: Definition(Time.PERIOD, Counted.COMMUNES),
        _I.COMMUNES_TOTAL: _COMMUNES_NOW,
        _I.COMMUNES_AFFECTED: _COMMUNES_NOW,
        _I.COMMUNES_AFFECTED_PCT: _share_of_communes(_I.COMMUNES_AFFECTED),
        _I.HOTSPOT_COMMUNES: _COMMUNES_NOW,
        **dict.fromkeys(HOTSPOTS.values(), _COMMUNES_NOW),
        _I.DRUG_FREE_COMMUNES: _COMMUNES_NOW,
        _I.DRUG_FREE_COMMUNES_PCT: _share_of_communes(_I.DRUG_FREE_COMMUNES),
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
        _I.COMPLETION_RATE: _share_of(_I.REHAB_COURSES_COMPLETED, _I.REHAB_COURSES_CONCLUDED),
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
        _I.COUNSELLING_POINTS: _ORGANISATIONS_NOW,
        _I.COUNSELLING_POINTS_NEW: Definition(Time.PERIOD, Counted.ORGANISATIONS),
        _I.COMMUNES_WITH_POINT: _COMMUNES_NOW,
        _I.COMMUNES_WITH_POINT_PCT: _share_of_communes(_I.COMMUNES_WITH_POINT),
        _I.COUNSELLING_SESSIONS: Definition(Time.PERIOD, Counted.SESSIONS, parts=_SESSION_FORMS),
        **dict.fromkeys(_SESSION_FORMS, _SESSIONS),
        _I.COUNSELLING_TALKS: _SESSIONS,
        _I.COUNSELLING_TURNOUT: Definition(Time.PERIOD, Counted.REPORTED),
        _I.COUNSELLING_CLIENTS: _PEOPLE,
        _I.CLUBS_ACTIVE: _ORGANISATIONS_NOW,
        _I.CLUB_MEETINGS: _SESSIONS,
        _I.CLUB_MEMBERS: _PEOPLE_NOW,
        _I.CLUB_MEMBERS_COMPLETED: _PEOPLE_NOW,
        _I.CLUB_MEMBERS_CLEAN: _PEOPLE_NOW,
        _I.CLUB_MEMBERS_CLEAN_PCT: _share_of(_I.CLUB_MEMBERS_CLEAN, _I.CLUB_MEMBERS_COMPLETED, Time.POINT),
        _I.CLUB_CIRCLE: Definition(Time.POINT, Counted.REPORTED),
        _I.CLUBS_RATED: _ORGANISATIONS_NOW,
        _I.CLUBS_RATED_KHA: _ORGANISATIONS_NOW,
        _I.CLUBS_RATED_KHA_PCT: _share_of(_I.CLUBS_RATED_KHA, _I.CLUBS_RATED, Time.POINT),
        _I.VOLUNTEER_TEAMS: _ORGANISATIONS_NOW,
        _I.VOLUNTEERS: Definition(Time.POINT, Counted.WORKERS),
        _I.COMMUNES_WITH_TEAM: _COMMUNES_NOW,
        _I.COMMUNES_WITH_TEAM_PCT: _share_of_communes(_I.COMMUNES_WITH_TEAM),
        _I.ACCOMPANIED_PERSONS: _PEOPLE_NOW,
        _I.REFERRALS_MADE: _REFERRALS,
        _I.REFERRALS_COMPLETED: _REFERRALS,
        _I.VOCATIONAL_TRAININGS_COMPLETED: _REFERRALS,
        _I.JOBS_FOUND: _REFERRALS,
        _I.LOANS_GIVEN: _REFERRALS,
    }
)
"""Every indicator with its definition. A sum or a share comes after what it is made of, or its parts are measures."""


def share(numerator: Value, denominator: Value) -> float | None:
    """A percentage to one decimal, halves up; unknown where there is nothing to be a share of."""
    if not isinstance(numerator, int) or not isinstance(denominator, int) or denominator == 0:
        return None
    return (2000 * numerator + denominator) // (2 * denominator) / 10


def change(after: Value, before: Value) -> float | None:
    """By how much a count grew, in percent of what it was, to one decimal; unknown where it was nothing."""
    grown = share(after, before)
    return None if grown is None else round(grown - _WHOLE, 1)


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
            compared = change if definition.counted is Counted.CHANGE else share
            figures[code] = compared(figures[definition.numerator], figures[definition.denominator])
    return figures


_WHOLE = 100
