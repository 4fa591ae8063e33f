"""What a commune's network does with people on file, and on what ground an organisation comes to know of somebody."""

from datetime import date, timedelta
from enum import StrEnum

from registry.domain.errors import RuleViolation
from registry.domain.period import Period, require_past


class SupportBasis(StrEnum):
    """On what ground a person is linked to an organisation of the network."""

    CONSENT = "consent"
    DECISION = "decision"
    STATUTORY_DUTY = "statutory_duty"


class VisitKind(StrEnum):
    """How somebody of the network was with a person."""

    HOME_VISIT = "home_visit"
    MEETING = "meeting"
    PHONE_CALL = "phone_call"
    ACCOMPANIED_TO_SERVICE = "accompanied_to_service"


class AccompanimentVisited(RuleViolation):
    """Visits rest on the accompaniment: it is neither voided nor given to another organisation."""

    code = "accompaniment_visited"


class OutsideAccompaniment(RuleViolation):
    """The visit lies before or after the accompaniment that it belongs to."""

    code = "outside_accompaniment"


def review_visit(visited_on: date, *, within: Period, today: date) -> None:
    """Refuse a visit that has not been, or that no accompaniment was for."""
    require_past(visited_on, today=today, pointer="/visited_on")
    if not within.overlaps(Period(visited_on, visited_on + timedelta(days=1))):
        raise OutsideAccompaniment(pointer="/visited_on")
