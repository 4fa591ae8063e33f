"""Requests of the people on file (Law 91/2025/QH15): what they ask, by when they are answered, and what follows."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.domain.errors import RuleViolation
from registry.domain.period import require_order, require_past

ANSWER_DAYS = 2
"""Working days in which a request is answered (Decree 356/2025; read in a secondary source only)."""


class RequestKind(StrEnum):
    """What a person may ask of those who keep data on them."""

    ACCESS = "access"
    CORRECTION = "correction"
    RESTRICTION = "restriction"
    ERASURE = "erasure"
    OBJECTION = "objection"


class Channel(StrEnum):
    """How a request arrived."""

    IN_PERSON = "in_person"
    POST = "post"
    PHONE = "phone"
    ONLINE = "online"


class Requester(StrEnum):
    """Who asks."""

    SELF = "self"
    REPRESENTATIVE = "representative"


class Representation(StrEnum):
    """By what right somebody asks for another person; children are represented (Law 91/2025, article 24)."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    AUTHORISED = "authorised"


class AnswerDecision(StrEnum):
    """What the answer to a request is."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


class RequestStatus(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class RequestClock(StrEnum):
    """How an open request stands on a day beside its term."""

    RUNNING = "running"
    OVERDUE = "overdue"


class RepresentationMissing(RuleViolation):
    """A representative without the right by which they ask, or such a right without a representative."""

    code = "representation_missing"


class AnswerIncomplete(RuleViolation):
    """An answer has its day and its decision, or neither."""

    code = "answer_incomplete"


class ReasonMissing(RuleViolation):
    """Whoever is refused, in whole or in part, is told why (Law 91/2025, articles 13 and 14)."""

    code = "refusal_reason_missing"


class RequestClosed(RuleViolation):
    """The request was answered otherwise, or withdrawn."""

    code = "request_closed"


class NothingToLift(RuleViolation):
    """Only a restriction in force can be lifted."""

    code = "nothing_to_lift"


@dataclass(frozen=True, slots=True)
class SubjectRequest:
    """One request of a person, and what became of it."""

    kind: RequestKind
    received_on: date
    requester: Requester
    representation: Representation | None
    answered_on: date | None
    decision: AnswerDecision | None
    reason: str | None
    withdrawn_on: date | None
    lifted_on: date | None

    @property
    def status(self) -> RequestStatus:
        """Where it stands."""
        if self.withdrawn_on is not None:
            return RequestStatus.WITHDRAWN
        return RequestStatus.OPEN if self.answered_on is None else RequestStatus.ANSWERED

    @property
    def may_restrict(self) -> bool:
        """Whether granting it, also in part, stops the processing: so does an objection."""
        asked = self.kind in {RequestKind.RESTRICTION, RequestKind.OBJECTION}
        return asked and self.decision in {AnswerDecision.GRANTED, AnswerDecision.PARTLY}

    @property
    def restricts(self) -> bool:
        """Whether the processing is restricted because of it."""
        return self.may_restrict and self.lifted_on is None


def review(request: SubjectRequest, *, today: date) -> None:
    """Refuse a request that is incomplete or whose days cannot be true."""
    require_past(request.received_on, today=today, pointer="/received_on")
    for name in ("answered_on", "withdrawn_on", "lifted_on"):
        day: date | None = getattr(request, name)
        require_past(day, today=today, pointer=f"/{name}")
        require_order(request.received_on, day, pointer=f"/{name}")
    if (request.requester is Requester.REPRESENTATIVE) != (request.representation is not None):
        raise RepresentationMissing(pointer="/representation")
    if (request.answered_on is None) != (request.decision is None):
        raise AnswerIncomplete(pointer="/decision")
    if request.decision in {AnswerDecision.PARTLY, AnswerDecision.REFUSED} and request.reason is None:
        raise ReasonMissing(pointer="/reason")
    if request.withdrawn_on is not None and request.answered_on is not None:
        raise RequestClosed(pointer="/withdrawn_on")
    if request.lifted_on is not None:
        if not request.may_restrict:
            raise NothingToLift(pointer="/lifted_on")
        require_order(request.answered_on, request.lifted_on, pointer="/lifted_on")


def clock_on(due_on: date, *, today: date) -> RequestClock:
    """How the term of an open request stands on a day."""
    return RequestClock.OVERDUE if due_on < today else RequestClock.RUNNING
