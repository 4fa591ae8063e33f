"""HIV and the other infections that come with drug use: what a health officer records, and nobody else sees.

The list of those who may know that somebody lives with HIV is closed (Law 64/2006/QH11, article 30, as amended by Law
71/2020/QH14).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registry.domain.errors import RuleViolation
from registry.domain.period import months_later, require_order, require_past


class Infection(StrEnum):
    """What a result is about."""

    HIV = "hiv"
    HEPATITIS_B = "hepatitis_b"
    HEPATITIS_C = "hepatitis_c"
    TUBERCULOSIS = "tuberculosis"
    SYPHILIS = "syphilis"


class InfectionResult(StrEnum):
    """What a test for an infection found."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INDETERMINATE = "indeterminate"


class InfectionTreatment(StrEnum):
    """Where the treatment of an infection stands: antiretrovirals, directly observed treatment, antivirals."""

    NOT_STARTED = "not_started"
    DECLINED = "declined"
    ONGOING = "ongoing"
    INTERRUPTED = "interrupted"
    COMPLETED = "completed"

    @property
    def has_begun(self) -> bool:
        """Whether it was ever taken up."""
        return self in {InfectionTreatment.ONGOING, InfectionTreatment.INTERRUPTED, InfectionTreatment.COMPLETED}


class TreatmentStartIncomplete(RuleViolation):
    """A treatment that has begun has a first day, and one that has not has none."""

    code = "treatment_start_incomplete"


class HivClientsAlreadyCounted(RuleViolation):
    """There is a number for this counselling point and month; correct that record instead."""

    code = "hiv_clients_already_counted"


@dataclass(frozen=True, slots=True)
class MedicalResult:
    """A result, and the treatment that follows from it."""

    tested_on: date
    treatment: InfectionTreatment | None
    treatment_started_on: date | None


def review(result: MedicalResult, *, today: date) -> None:
    """Judge the dates. A treatment may be older than the test: another place may have begun it."""
    require_past(result.tested_on, today=today, pointer="/tested_on")
    require_past(result.treatment_started_on, today=today, pointer="/treatment_started_on")
    has_begun = result.treatment is not None and result.treatment.has_begun
    if has_begun != (result.treatment_started_on is not None):
        raise TreatmentStartIncomplete(pointer="/treatment_started_on")


def review_month(year: int, month: int, *, opened_on: date, closed_on: date | None, today: date) -> None:
    """Judge the month of a count: it has begun, and the counselling point was at work on some day of it."""
    first = date(year, month, 1)
    require_past(first, today=today, pointer="/month")
    require_order(opened_on, months_later(first, 1) - timedelta(days=1), pointer="/month")
    require_order(first, closed_on, pointer="/month")
