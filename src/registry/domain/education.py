"""Education in the commune (giáo dục tại xã): an administrative measure beside management and treatment."""

from datetime import date
from enum import StrEnum

from registry.domain.episode import Modality
from registry.domain.errors import RuleViolation
from registry.domain.period import require_order, require_past
from registry.domain.support import SupportBasis

COVERING = (Modality.COMMUNITY, Modality.METHADONE)
"""Treatment that plans ask for everybody under a measure: at home, in the community, or with substitutes."""


class EducationEnd(StrEnum):
    """Why a measure ended."""

    TERM_SERVED = "term_served"
    EXEMPTED = "exempted"
    ANNULLED = "annulled"
    OTHER_MEASURE = "other_measure"
    MOVED_AWAY = "moved_away"
    DECEASED = "deceased"


class EducationEndIncomplete(RuleViolation):
    """An end without a reason, or a reason without an end."""

    code = "education_end_incomplete"


class EducationByConsent(RuleViolation):
    """A measure that somebody is said to have agreed to: it is imposed."""

    code = "education_by_consent"


def require_ground(basis: SupportBasis) -> None:
    """Refuse a measure that rests on consent."""
    if basis is SupportBasis.CONSENT:
        raise EducationByConsent(pointer="/legal_basis")


def review(*, from_on: date, to_on: date, ended_on: date | None, end_reason: EducationEnd | None, today: date) -> None:
    """Refuse a measure whose dates cannot be true."""
    require_past(from_on, today=today, pointer="/from_on")
    require_past(ended_on, today=today, pointer="/ended_on")
    require_order(from_on, to_on, pointer="/to_on")
    require_order(from_on, ended_on, pointer="/ended_on")
    if (ended_on is None) != (end_reason is None):
        raise EducationEndIncomplete(pointer="/end_reason")
