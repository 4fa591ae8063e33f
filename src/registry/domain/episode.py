"""Treatment: one episode is one stay with one provider, a course is the chain of its transfers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from registry.domain.errors import RuleViolation
from registry.domain.period import Period, require_order, require_past

COMPULSORY_COMMUNITY_UNTIL = date(2022, 1, 1)
"""Law 73/2021/QH14, article 28.2, ends compulsory rehab in the community (Decree 94/2010)."""


class Modality(StrEnum):
    """Where and how a person is treated."""

    COMMUNITY = "community"
    FACILITY = "facility"
    METHADONE = "methadone"


class LegalBasis(StrEnum):
    """Whether the person registered or a court (formerly also a commune) decided."""

    VOLUNTARY = "voluntary"
    COMPULSORY = "compulsory"


class Track(StrEnum):
    """What excludes what: community and facility are one track, methadone runs beside it."""

    REHAB = "rehab"
    METHADONE = "methadone"


class Therapy(StrEnum):
    """The steps of the rehabilitation process (Decree 116/2021, articles 22 to 26) and medication."""

    INTAKE = "intake"
    DETOXIFICATION = "detoxification"
    COUNSELLING = "counselling"
    WORK_AND_VOCATIONAL = "work_and_vocational"
    REINTEGRATION = "reintegration"
    SUBSTITUTION = "substitution"
    PSYCHIATRIC = "psychiatric"


class Outcome(StrEnum):
    """How an episode ended."""

    COMPLETED = "completed"
    DROPPED_OUT = "dropped_out"
    TRANSFERRED = "transferred"
    TERMINATED_BY_PROVIDER = "terminated_by_provider"
    CUSTODY = "custody"
    DECEASED = "deceased"
    MOVED_AWAY = "moved_away"
    DECLINED_BEFORE_START = "declined_before_start"

    @property
    def needs_start(self) -> bool:
        """Whether only a started episode can end so."""
        match self:
            case Outcome.COMPLETED | Outcome.DROPPED_OUT | Outcome.TRANSFERRED | Outcome.TERMINATED_BY_PROVIDER:
                return True
            case Outcome.CUSTODY | Outcome.DECEASED | Outcome.MOVED_AWAY | Outcome.DECLINED_BEFORE_START:
                return False
            case _:
                assert_never(self)


class MethadoneIsVoluntary(RuleViolation):
    """Treatment with substitutes is voluntary (Decree 90/2016; Decree 141/2024, article 29)."""

    code = "methadone_is_voluntary"


class CompulsoryCommunityAbolished(RuleViolation):
    """Compulsory rehab in the community began after the law that ended it."""

    code = "compulsory_community_abolished"


class EpisodeAlreadyOpen(RuleViolation):
    """The person already has an open episode on this track."""

    code = "episode_already_open"


class EpisodeOverlaps(RuleViolation):
    """The stay overlaps another one on the same track."""

    code = "episode_overlaps"


class EpisodeAlreadyClosed(RuleViolation):
    """The episode has ended already."""

    code = "episode_already_closed"


class ExitIncomplete(RuleViolation):
    """An end without an outcome, or an outcome without an end."""

    code = "exit_incomplete"


class OutcomeDoesNotFit(RuleViolation):
    """The outcome needs a start that is missing, or denies one that is there."""

    code = "outcome_does_not_fit"


class CourseUnknown(RuleViolation):
    """`course_id` names no earlier episode of the person that ended by transfer on this track."""

    code = "course_unknown"


class CourseContinued(RuleViolation):
    """A later stay goes on from this one, which must have ended by transfer before it."""

    code = "course_continued"


@dataclass(frozen=True, slots=True)
class Episode:
    """One stay of one person with one provider.

    A registration that has not started yet is open as well: it holds the track.
    """

    id: UUID
    course_id: UUID
    modality: Modality
    legal_basis: LegalBasis
    registered_on: date
    started_on: date | None = None
    ended_on: date | None = None
    outcome: Outcome | None = None

    @property
    def track(self) -> Track:
        """The track that the modality belongs to."""
        return track_of(self.modality)

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.ended_on is None

    @property
    def period(self) -> Period:
        """From the start, or the registration while there is none, to the end."""
        return Period(self.started_on or self.registered_on, self.ended_on)


def track_of(modality: Modality) -> Track:
    """Tell the track of a modality."""
    match modality:
        case Modality.COMMUNITY | Modality.FACILITY:
            return Track.REHAB
        case Modality.METHADONE:
            return Track.METHADONE
        case _:
            assert_never(modality)


def review(episode: Episode, *, others: Iterable[Episode], today: date) -> None:
    """Refuse an episode that cannot be true, alone or beside the person's other episodes.

    `others` are the episodes of everyone merged into the same person, voided ones left out.
    """
    _review_dates(episode, today=today)
    _review_basis(episode)
    same_track = [other for other in others if other.id != episode.id and other.track is episode.track]
    if episode.is_open and any(other.is_open for other in same_track):
        raise EpisodeAlreadyOpen(pointer="/modality")
    if any(episode.period.overlaps(other.period) for other in same_track):
        raise EpisodeOverlaps(pointer="/started_on")
    if episode.course_id != episode.id and not _continues(episode, same_track):
        raise CourseUnknown(pointer="/course_id")
    course = [episode, *(other for other in same_track if other.course_id == episode.course_id)]
    if _is_broken(course, but=episode.id):
        raise CourseContinued(pointer="/outcome")


def review_void(episode: Episode, *, others: Iterable[Episode]) -> None:
    """Refuse to take away a stay that a later one of its course goes on from: that one is voided first."""
    if _is_broken([other for other in others if other.id != episode.id and other.course_id == episode.course_id]):
        raise CourseContinued


def leave(episode: Episode, *, on: date, outcome: Outcome, today: date) -> Episode:
    """End an open episode. The end may be reported late; it never lies in the future."""
    if not episode.is_open:
        raise EpisodeAlreadyClosed
    ended = replace(episode, ended_on=on, outcome=outcome)
    _review_dates(ended, today=today)
    return ended


def _is_broken(course: Sequence[Episode], *, but: UUID | None = None) -> bool:
    """Tell whether a stay of the course, the one named aside, goes on from none that ended by transfer."""
    return not all(_continues(other, course) for other in course if other.id not in {other.course_id, but})


def _continues(episode: Episode, others: Iterable[Episode]) -> bool:
    """Tell whether the last stay of the course before this one ended by transfer."""
    earlier = [
        (other.ended_on, other.period.start, other.outcome)
        for other in others
        if other.course_id == episode.course_id and other.ended_on and other.ended_on <= episode.period.start
    ]
    return bool(earlier) and max(earlier)[-1] is Outcome.TRANSFERRED


def _review_dates(episode: Episode, *, today: date) -> None:
    require_past(episode.registered_on, today=today, pointer="/registered_on")
    require_past(episode.started_on, today=today, pointer="/started_on")
    require_past(episode.ended_on, today=today, pointer="/ended_on")
    require_order(episode.registered_on, episode.started_on, pointer="/started_on")
    require_order(episode.started_on or episode.registered_on, episode.ended_on, pointer="/ended_on")
    if (episode.ended_on is None) != (episode.outcome is None):
        raise ExitIncomplete(pointer="/outcome")
    if episode.outcome is None:
        return
    declined = episode.outcome is Outcome.DECLINED_BEFORE_START
    if (episode.outcome.needs_start and episode.started_on is None) or (declined and episode.started_on is not None):
        raise OutcomeDoesNotFit(pointer="/outcome")


def _review_basis(episode: Episode) -> None:
    if episode.legal_basis is LegalBasis.VOLUNTARY:
        return
    match episode.modality:
        case Modality.METHADONE:
            raise MethadoneIsVoluntary(pointer="/legal_basis")
        case Modality.COMMUNITY if episode.period.start >= COMPULSORY_COMMUNITY_UNTIL:
            raise CompulsoryCommunityAbolished(pointer="/legal_basis", until=COMPULSORY_COMMUNITY_UNTIL.isoformat())
