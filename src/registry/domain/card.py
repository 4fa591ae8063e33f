"""The card of a commune on one day: which figures it shows, and rates by the number of people who live there."""

from dataclasses import dataclass

from registry.domain.indicator import Indicator, Value
from registry.domain.organisation import OrganisationKind
from registry.domain.report import Measured

FIGURES = (
    Indicator.PERSONS_ON_FILE,
    Indicator.ADDICTED_PERSONS,
    Indicator.ILLEGAL_USERS,
    Indicator.SUSPECTED_PEOPLE,
    Indicator.REHAB_PERSONS_COMMUNITY,
    Indicator.REHAB_PERSONS_FACILITY_VOLUNTARY,
    Indicator.REHAB_PERSONS_FACILITY_COMPULSORY,
    Indicator.METHADONE_PATIENTS,
    Indicator.AFTERCARE_PERSONS,
    Indicator.AFTERCARE_COVERAGE_PCT,
    Indicator.EDUCATION_MEASURE_PERSONS,
    Indicator.EDUCATION_MEASURE_COVERED,
    Indicator.EDUCATION_MEASURE_COVERED_PCT,
)
SINCE_NEW_YEAR = frozenset({Indicator.COURSES_COMPLETED, Indicator.COURSES_PLACED})
"""What is counted from the first day of the year on: of one day, hardly anybody completes a course."""
NETWORK = (OrganisationKind.COUNSELLING_POINT, OrganisationKind.AFTERCARE_CLUB, OrganisationKind.VOLUNTEER_TEAM)


@dataclass(frozen=True, slots=True)
class Population:
    """How many people lived in a commune in a year."""

    year: int
    count: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted for a card, and how many people live in the commune where that is known."""

    measured: Measured
    population: Population | None


def per_10_000(count: Value, population: Population | None) -> float | None:
    """A rate to one decimal, halves up; unknown where it is not known how many live there, or nobody does."""
    if not isinstance(count, int) or population is None or population.count == 0:
        return None
    return (200_000 * count + population.count) // (2 * population.count) / 10
