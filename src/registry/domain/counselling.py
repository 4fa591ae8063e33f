"""Counselling sessions: one sheet tells who took part, by name as far as they are on file, the others as numbers.

It refuses a sheet that would tell of one person what only a sealed note may tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.domain.errors import RuleViolation
from registry.domain.organisation import OF_COMMUNES, OrganisationKind
from registry.domain.period import require_order, require_past


class SessionForm(StrEnum):
    """How people are counselled."""

    INDIVIDUAL = "individual"
    GROUP = "group"
    FAMILY = "family"
    PREVENTION = "prevention"
    """People at high risk who are not on file: they are counted, and nobody is named."""
    TALK = "talk"
    MEETING = "meeting"
    """The members of a club meet on a topic: nobody is counselled."""


_OF_ONE = frozenset({SessionForm.INDIVIDUAL, SessionForm.FAMILY})
_ON_A_TOPIC = frozenset({SessionForm.TALK, SessionForm.MEETING})


class TopicDoesNotFit(RuleViolation):
    """A talk or a meeting without a topic, or a topic where it would be the topic of one person."""

    code = "topic_does_not_fit"


class SessionWithoutPeople(RuleViolation):
    """Nobody took part."""

    code = "session_without_people"


class SessionNamesNobody(RuleViolation):
    """Prevention counselling is for people who are not on file: it has numbers, and no names."""

    code = "session_names_nobody"


class SpeakerWithoutTalk(RuleViolation):
    """A guest speaks at a talk or at a meeting of a club."""

    code = "speaker_without_talk"


class AttendanceAlreadyRecorded(RuleViolation):
    """The person is recorded as taking part in this session."""

    code = "attendance_already_recorded"


class SessionAttended(RuleViolation):
    """Attendances rest on the session: it stays where and when it was held."""

    code = "session_attended"


@dataclass(frozen=True, slots=True)
class Session:
    """What the rules must know of a session. The numbers are those of the sheet, for ever: people come and go."""

    form: SessionForm
    held_on: date
    has_topic: bool
    has_speaker: bool
    on_file_count: int
    other_counts: Sequence[int]


def review(session: Session, *, opened_on: date, closed_on: date | None, today: date) -> None:
    """Refuse a session that its organisation cannot have held so, and words that would speak of one person."""
    require_past(session.held_on, today=today, pointer="/held_on")
    require_order(opened_on, session.held_on, pointer="/held_on")
    require_order(session.held_on, closed_on, pointer="/held_on")
    if session.has_topic and session.form in _OF_ONE:
        raise TopicDoesNotFit(pointer="/topic")
    if session.form in _ON_A_TOPIC and not session.has_topic:
        raise TopicDoesNotFit(pointer="/topic")
    if session.has_speaker and session.form not in _ON_A_TOPIC:
        raise SpeakerWithoutTalk(pointer="/speaker_id")
    if session.form is SessionForm.PREVENTION and session.on_file_count:
        raise SessionNamesNobody(pointer="/on_file_count")
    if not session.on_file_count and not any(session.other_counts):
        raise SessionWithoutPeople


def hosts_of(form: SessionForm) -> tuple[OrganisationKind, ...]:
    """What may hold a session of a form: only a club holds meetings of its members."""
    return (OrganisationKind.AFTERCARE_CLUB,) if form is SessionForm.MEETING else (*OF_COMMUNES,)


def require_named(form: SessionForm) -> None:
    """Refuse to name who took part in a session that names nobody."""
    if form is SessionForm.PREVENTION:
        raise SessionNamesNobody(pointer="/session_id")
