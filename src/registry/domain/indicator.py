"""Words of figures: the indicators, over which time and of what they speak, and how one is made of others."""

from dataclasses import dataclass
from enum import StrEnum

Value = int | float | None
"""A figure; None where nothing can be said, which is not zero."""


class Indicator(StrEnum):
    """Every indicator of the annual report, in its order there."""

    PERSONS_ON_FILE = "persons_on_file"
    ADDICTED_PERSONS = "addicted_persons"
    ILLEGAL_USERS = "illegal_users"
    NEW_ON_FILE = "new_on_file"
    FILES_CLOSED = "files_closed"
    ADDICTED_PERSONS_BEFORE = "addicted_persons_before"
    ADDICTED_CHANGE_PCT = "addicted_change_pct"
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
    COUNSELLING_POINTS = "counselling_points"
    COUNSELLING_POINTS_NEW = "counselling_points_new"
    COMMUNES_WITH_POINT = "communes_with_point"
    COMMUNES_WITH_POINT_PCT = "communes_with_point_pct"
    COUNSELLING_SESSIONS = "counselling_sessions"
    COUNSELLING_SESSIONS_INDIVIDUAL = "counselling_sessions_individual"
    COUNSELLING_SESSIONS_GROUP = "counselling_sessions_group"
    COUNSELLING_SESSIONS_FAMILY = "counselling_sessions_family"
    COUNSELLING_SESSIONS_PREVENTION = "counselling_sessions_prevention"
    COUNSELLING_TALKS = "counselling_talks"
    COUNSELLING_TURNOUT = "counselling_turnout"
    COUNSELLING_CLIENTS = "counselling_clients"
    CLUBS_ACTIVE = "clubs_active"
    CLUB_MEETINGS = "club_meetings"
    CLUB_MEMBERS = "club_members"
    CLUB_MEMBERS_COMPLETED = "club_members_completed"
    CLUB_MEMBERS_CLEAN = "club_members_clean"
    CLUB_MEMBERS_CLEAN_PCT = "club_members_clean_pct"
    CLUB_CIRCLE = "club_circle"
    CLUBS_RATED = "clubs_rated"
    CLUBS_RATED_KHA = "clubs_rated_kha"
    CLUBS_RATED_KHA_PCT = "clubs_rated_kha_pct"
    VOLUNTEER_TEAMS = "volunteer_teams"
    VOLUNTEERS = "volunteers"
    COMMUNES_WITH_TEAM = "communes_with_team"
    COMMUNES_WITH_TEAM_PCT = "communes_with_team_pct"
    ACCOMPANIED_PERSONS = "accompanied_persons"
    REFERRALS_MADE = "referrals_made"
    REFERRALS_COMPLETED = "referrals_completed"
    VOCATIONAL_TRAININGS_COMPLETED = "vocational_trainings_completed"
    JOBS_FOUND = "jobs_found"
    LOANS_GIVEN = "loans_given"


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
    ORGANISATIONS = "organisations"
    SESSIONS = "sessions"
    WORKERS = "workers"
    REFERRALS = "referrals"
    REPORTED = "reported"
    PERCENT = "percent"
    CHANGE = "change"


class FigureStatus(StrEnum):
    """What a figure's value is; `suppressed` is held back to protect the people behind a small number."""

    EXACT = "exact"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Definition:
    """What an indicator counts: a measure, the sum of others (`parts`), one as a share of another, or its change.

    A change is measured from `denominator` to `numerator`, in percent of `denominator`.
    """

    time: Time
    counted: Counted
    parts: tuple[Indicator, ...] = ()
    numerator: Indicator | None = None
    denominator: Indicator | None = None
    is_additive: bool = True
    """Whether the figures of the parts of a territory add up to that of the whole."""
