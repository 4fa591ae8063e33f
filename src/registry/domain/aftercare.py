"""Management after rehabilitation (quản lý sau cai): when its term begins, how long it is, and how it ends.

It refuses what the law of the day on which it begins does not know, and an end that nothing on record bears out.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from registry.domain.episode import Episode, ExitIncomplete, LegalBasis, Outcome
from registry.domain.errors import RuleViolation
from registry.domain.period import Period, months_later, require_order, require_past
from registry.domain.person import Warning as Remark

ADULT_AT = 18


class AftercarePlace(StrEnum):
    """Where somebody is managed after rehabilitation; facilities for it existed before 2022 only."""

    RESIDENCE = "residence"
    FACILITY = "facility"


class AftercareOutcome(StrEnum):
    """How aftercare ended. `completed` is without relapse, to the end of the term."""

    COMPLETED = "completed"
    RELAPSED = "relapsed"
    CUSTODY = "custody"
    DECEASED = "deceased"
    MOVED_AWAY = "moved_away"


class CourseNotCompleted(RuleViolation):
    """`course_id` names no course of the person that was completed."""

    code = "course_not_completed"


class AftercareNotFromCompletion(RuleViolation):
    """The term runs from the completion of the course, not from the decision (Decree 116/2021, articles 77 to 79)."""

    code = "aftercare_not_from_completion"


class AftercareTermUnlawful(RuleViolation):
    """The law of the first day knows no such term."""

    code = "aftercare_term_unlawful"


class AftercareAtResidenceOnly(RuleViolation):
    """The law of the first day knows aftercare at the place of residence only."""

    code = "aftercare_at_residence_only"


class AftercareAlreadyOpen(RuleViolation):
    """The person is in aftercare already."""

    code = "aftercare_already_open"


class AftercareOverlaps(RuleViolation):
    """Two terms of aftercare of one person share a day."""

    code = "aftercare_overlaps"


class AftercareAlreadyRecorded(RuleViolation):
    """There is a record of the aftercare that follows this course; change that one."""

    code = "aftercare_already_recorded"


class RelapseNotDetermined(RuleViolation):
    """Relapse is a new determination of addiction after the course: a positive test alone is none (D116, 3.6)."""

    code = "relapse_not_determined"


class CourseInAftercare(RuleViolation):
    """Aftercare rests on the completion of the course."""

    code = "course_in_aftercare"


@dataclass(frozen=True, slots=True)
class Term:
    """How many months of aftercare the law knows, the fewest and the most."""

    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class Regime:
    """What a law says of aftercare that begins while it is in force. A term that no text was found for is None."""

    law: str
    from_on: date
    places: frozenset[AftercarePlace]
    after_compulsory: Term | None
    """For adults after compulsory rehabilitation."""
    otherwise: Term | None
    """After voluntary rehabilitation or treatment with substitutes, and for minors after compulsory rehabilitation."""


@dataclass(frozen=True, slots=True)
class Aftercare:
    """A term of aftercare of one person."""

    id: UUID
    course_id: UUID | None
    place: AftercarePlace
    from_on: date
    planned_months: int
    absent_days: int = 0
    ended_on: date | None = None
    outcome: AftercareOutcome | None = None

    @property
    def to_on(self) -> date:
        """The first day after the term; days of absence without notice do not count towards it (D116, 79.1b)."""
        return months_later(self.from_on, self.planned_months) + timedelta(days=self.absent_days)

    @property
    def period(self) -> Period:
        """From the first day to the end; open until somebody ends it."""
        return Period(self.from_on, self.ended_on)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the rules ask about the person and all who were merged into them."""

    born_on: date | None
    birth_year: int | None
    stays: Collection[Episode]
    others: Collection[Aftercare]
    addicted_on: Collection[date]
    """Days on which addiction was determined."""


def review(aftercare: Aftercare, subject: Subject, *, regimes: Iterable[Regime], today: date) -> tuple[Remark, ...]:
    """Refuse what cannot be, and name what an officer should look at."""
    require_past(aftercare.from_on, today=today, pointer="/from_on")
    require_past(aftercare.ended_on, today=today, pointer="/ended_on")
    require_order(aftercare.from_on, aftercare.ended_on, pointer="/ended_on")
    if (aftercare.ended_on is None) != (aftercare.outcome is None):
        raise ExitIncomplete(pointer="/outcome")
    last_stay = _completing(aftercare, subject.stays)
    _review_law(aftercare, subject, last_stay, regimes)
    _review_others(aftercare, subject.others)
    if aftercare.outcome is AftercareOutcome.RELAPSED and not _has_relapsed(aftercare, subject.addicted_on):
        raise RelapseNotDetermined(pointer="/outcome")
    early = aftercare.outcome is AftercareOutcome.COMPLETED and (aftercare.ended_on or today) < aftercare.to_on
    return (Remark("aftercare_completed_early", "/ended_on"),) if early else ()


def relapsed_on(completed_on: date, addicted_on: Iterable[date]) -> date | None:
    """The first day on which addiction was determined after a course was completed."""
    return min((day for day in addicted_on if day > completed_on), default=None)


def require_completion_kept(stay: Episode, former: Episode, *, courses: Collection[UUID | None]) -> None:
    """Refuse to change how and when a course was completed while aftercare is recorded as following it."""
    completed = former.outcome is Outcome.COMPLETED and former.course_id in courses
    same = (stay.course_id, stay.outcome, stay.ended_on) == (former.course_id, former.outcome, former.ended_on)
    if completed and not same:
        raise CourseInAftercare(pointer="/outcome")


def require_no_aftercare(stay: Episode, *, courses: Collection[UUID | None]) -> None:
    """Refuse to take away the stay with which a course was completed while aftercare follows it."""
    if stay.outcome is Outcome.COMPLETED and stay.course_id in courses:
        raise CourseInAftercare


def _completing(aftercare: Aftercare, stays: Iterable[Episode]) -> Episode | None:
    """Find the stay with which the course was completed; none where the course is not on record."""
    if aftercare.course_id is None:
        return None
    completed = [s for s in stays if s.course_id == aftercare.course_id and s.outcome is Outcome.COMPLETED]
    if not completed:
        raise CourseNotCompleted(pointer="/course_id")
    stay = completed[-1]
    if stay.ended_on != aftercare.from_on:
        raise AftercareNotFromCompletion(pointer="/from_on", completed_on=stay.ended_on)
    return stay


def _review_law(aftercare: Aftercare, subject: Subject, stay: Episode | None, regimes: Iterable[Regime]) -> None:
    regime = max((each for each in regimes if each.from_on <= aftercare.from_on), key=lambda each: each.from_on)
    if aftercare.place not in regime.places:
        raise AftercareAtResidenceOnly(pointer="/place", law=regime.law)
    terms = list(_terms(regime, subject, stay, aftercare.from_on))
    if any(term is None or term.fewest <= aftercare.planned_months <= term.most for term in terms):
        return
    known = [term for term in terms if term is not None]
    fewest, most = min(term.fewest for term in known), max(term.most for term in known)
    raise AftercareTermUnlawful(pointer="/planned_months", law=regime.law, fewest=fewest, most=most)


def _terms(regime: Regime, subject: Subject, stay: Episode | None, on: date) -> Iterable[Term | None]:
    """The terms that may be meant: both where the course or the age is not known."""
    is_adult = _is_adult(subject, on)
    if stay is None or stay.legal_basis is LegalBasis.COMPULSORY:
        if is_adult is not False:
            yield regime.after_compulsory
        if stay is not None and is_adult is True:
            return
    yield regime.otherwise


def _is_adult(subject: Subject, on: date) -> bool | None:
    if subject.born_on is not None:
        return months_later(subject.born_on, 12 * ADULT_AT) <= on
    if subject.birth_year is None or on.year - subject.birth_year == ADULT_AT:
        return None
    return on.year - subject.birth_year > ADULT_AT


def _review_others(aftercare: Aftercare, others: Iterable[Aftercare]) -> None:
    rest = [other for other in others if other.id != aftercare.id]
    if aftercare.course_id is not None and any(other.course_id == aftercare.course_id for other in rest):
        raise AftercareAlreadyRecorded(pointer="/course_id")
    if aftercare.ended_on is None and any(other.ended_on is None for other in rest):
        raise AftercareAlreadyOpen
    if any(aftercare.period.overlaps(other.period) for other in rest):
        raise AftercareOverlaps(pointer="/from_on")


def _has_relapsed(aftercare: Aftercare, addicted_on: Iterable[date]) -> bool:
    day = relapsed_on(aftercare.from_on, addicted_on)
    return day is not None and (aftercare.ended_on is None or day <= aftercare.ended_on)
