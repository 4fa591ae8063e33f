"""Files of people under management: why and since when a person is on file."""

from datetime import date
from enum import StrEnum

from registry.domain.errors import RuleViolation
from registry.domain.period import require_order, require_past


class FileCategory(StrEnum):
    """What a person is on file as (Law 73/2021, articles 2.10 and 2.12)."""

    ILLEGAL_USER = "illegal_user"
    ADDICTED = "addicted"


class CloseReason(StrEnum):
    """Why a file was closed; stopping and ending are kept apart (Law 73/2021, articles 23 to 26 and 43)."""

    TERM_ENDED = "term_ended"
    FOUND_ADDICTED = "found_addicted"
    COMMUNE_EDUCATION = "commune_education"
    COMPULSORY_EDUCATION = "compulsory_education"
    COMPLETED_AFTERCARE = "completed_aftercare"
    COMPLETED_TREATMENT = "completed_treatment"
    IMPRISONED = "imprisoned"
    MOVED_AWAY = "moved_away"
    DECEASED_OR_MISSING = "deceased_or_missing"


class FileAlreadyOpen(RuleViolation):
    """The person already has an open file of this category."""

    code = "file_already_open"


class FileAlreadyClosed(RuleViolation):
    """The file is closed already; a new decision opens a new file."""

    code = "file_already_closed"


class CloseIncomplete(RuleViolation):
    """A closing date without a reason, or a reason without a date."""

    code = "close_incomplete"


def review(*, opened_on: date, closed_on: date | None, close_reason: CloseReason | None, today: date) -> None:
    """Refuse a file whose dates cannot be true."""
    require_past(opened_on, today=today, pointer="/opened_on")
    require_past(closed_on, today=today, pointer="/closed_on")
    require_order(opened_on, closed_on, pointer="/closed_on")
    if (closed_on is None) != (close_reason is None):
        raise CloseIncomplete(pointer="/close_reason")
