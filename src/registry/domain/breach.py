"""Breaches of data protection (Law 91/2025/QH15, article 23): what happened, whom it may harm, who was told when."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from registry.domain.errors import RuleViolation
from registry.domain.period import DateInFuture, DatesOutOfOrder

NOTICE = timedelta(hours=72)
"""How long after its detection the authority is told of a breach that may do harm."""

_LIKE_A_NUMBER = re.compile(r"(?:\d[ .-]?){9,}")


class BreachKind(StrEnum):
    """What happened to the data."""

    UNAUTHORISED_ACCESS = "unauthorised_access"
    DISCLOSURE = "disclosure"
    THEFT = "theft"
    LOSS = "loss"
    ALTERATION = "alteration"
    MISUSE = "misuse"
    OTHER = "other"


class DataCategory(StrEnum):
    """Which data it happened to."""

    IDENTIFICATION = "identification"
    CONTACT = "contact"
    CASE_FILE = "case_file"
    HEALTH = "health"
    MEDICAL = "medical"
    TREATMENT = "treatment"
    ACCOUNT = "account"


class Harm(StrEnum):
    """What a breach may harm so that the authority must be told."""

    DEFENCE = "defence"
    SECURITY = "security"
    PUBLIC_ORDER = "public_order"
    LIFE = "life"
    HEALTH = "health"
    HONOUR = "honour"
    PROPERTY = "property"


class BreachStatus(StrEnum):
    """Where a breach stands."""

    OPEN = "open"
    NOTIFIED = "notified"
    CLOSED = "closed"


class BreachClosed(RuleViolation):
    """The breach was notified or closed otherwise."""

    code = "breach_closed"


class NotificationIncomplete(RuleViolation):
    """A notification has its instant and the authority told, or neither."""

    code = "notification_incomplete"


class BreachNotNotified(RuleViolation):
    """A breach that may do harm is not closed before the authority was told."""

    code = "breach_not_notified"


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach as far as its clock goes."""

    detected_at: datetime
    may_harm: tuple[Harm, ...]
    notified_at: datetime | None
    authority: str | None
    closed_at: datetime | None

    @property
    def notify_by(self) -> datetime | None:
        """Until when the authority is told; None where no harm is expected."""
        return self.detected_at + NOTICE if self.may_harm else None

    @property
    def status(self) -> BreachStatus:
        """Where it stands."""
        if self.closed_at is not None:
            return BreachStatus.CLOSED
        return BreachStatus.OPEN if self.notified_at is None else BreachStatus.NOTIFIED

    @property
    def is_notified_late(self) -> bool:
        """Whether the authority was told after the term."""
        due = self.notify_by
        return due is not None and self.notified_at is not None and self.notified_at > due


def review(breach: Breach, *, now: datetime) -> None:
    """Refuse a breach whose instants cannot be true, or that is closed before its duty is done."""
    for name in ("detected_at", "notified_at", "closed_at"):
        at: datetime | None = getattr(breach, name)
        if at is not None and at > now:
            raise DateInFuture(pointer=f"/{name}")
        if at is not None and at < breach.detected_at:
            raise DatesOutOfOrder(pointer=f"/{name}")
    if (breach.notified_at is None) != (breach.authority is None):
        raise NotificationIncomplete(pointer="/authority")
    if breach.closed_at is not None and breach.may_harm and breach.notified_at is None:
        raise BreachNotNotified(pointer="/closed_at")


def may_identify(text: str | None) -> bool:
    """Whether a text holds a number as long as those of documents and telephones: the register takes no such data."""
    return text is not None and _LIKE_A_NUMBER.search(text) is not None
