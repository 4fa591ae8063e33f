"""Ratings of clubs: the scales of programmes, whose grades are compared by rank. On another scale they mean nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.domain.errors import RuleViolation
from registry.domain.period import require_order, require_past


class RatingScaleUnknown(RuleViolation):
    """No scale is known of the programme in that year."""

    code = "rating_scale_unknown"


class RatingNotOnScale(RuleViolation):
    """The scale of the programme has no such grade."""

    code = "rating_not_on_scale"


class ClubAlreadyRated(RuleViolation):
    """The club has a rating of that year."""

    code = "club_already_rated"


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade of a scale; the better one has the higher rank."""

    code: str
    rank: int
    label_vi: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The grades of a programme in a span of years, and where they are laid down."""

    programme: str
    first_year: int
    last_year: int | None
    source: str
    grades: tuple[Grade, ...]

    def holds_in(self, year: int) -> bool:
        """Whether clubs are rated on it for a year."""
        return self.first_year <= year and (self.last_year is None or year <= self.last_year)

    def rank_of(self, code: str) -> int | None:
        """How high a grade stands; None for one of another scale."""
        return next((grade.rank for grade in self.grades if grade.code == code), None)


@dataclass(frozen=True, slots=True)
class ClubYear:
    """What a rating is about: a club of a programme, in a year."""

    programme: str | None
    opened_on: date
    closed_on: date | None
    year: int

    @property
    def first(self) -> date:
        """The first day of the year."""
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        """The last day of the year."""
        return date(self.year, 12, 31)


def scale_of(scales: Iterable[Scale], programme: str | None, year: int) -> Scale | None:
    """Find the scale on which clubs of a programme are rated for a year."""
    return next((scale for scale in scales if scale.programme == programme and scale.holds_in(year)), None)


def require_programme(scales: Iterable[Scale], programme: str | None, *, pointer: str) -> None:
    """Refuse the name of a programme that no scale is known of."""
    if programme is not None and all(scale.programme != programme for scale in scales):
        raise RatingScaleUnknown(pointer=pointer)


def rank_on(scales: Iterable[Scale], programme: str | None, year: int, grade: str, *, pointer: str) -> int:
    """Find the rank of a grade on the scale of a programme and year."""
    scale = scale_of(scales, programme, year)
    if scale is None:
        raise RatingScaleUnknown(pointer=pointer)
    rank = scale.rank_of(grade)
    if rank is None:
        raise RatingNotOnScale(pointer=pointer)
    return rank


def review(club: ClubYear, *, rated_on: date, today: date) -> date:
    """Refuse a rating of a year in which there was no such club; the day from which it counts.

    It counts from the day on which it was given. Papers come after the year they are about: at the latest it counts
    on the last day of that year.
    """
    require_past(rated_on, today=today, pointer="/rated_on")
    require_order(max(club.first, club.opened_on), rated_on, pointer="/rated_on")
    require_order(club.opened_on, club.last, pointer="/year")
    require_order(club.first, club.closed_on, pointer="/year")
    return min(rated_on, club.last)


def is_at_least(scales: Iterable[Scale], programme: str | None, year: int, *, grade: str, asked: str) -> bool | None:
    """Compare a grade of a year with the one that is asked for; None where one scale does not hold both."""
    scale = scale_of(scales, programme, year)
    if scale is None:
        return None
    given, floor = scale.rank_of(grade), scale.rank_of(asked)
    return None if given is None or floor is None else given >= floor
