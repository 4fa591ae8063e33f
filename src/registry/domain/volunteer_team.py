"""Volunteer social-work teams: a commune has one at a time (Joint Circular 24/2012; Circular 14/2025/TT-BYT)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from registry.domain.atlas import Atlas
from registry.domain.errors import RuleViolation
from registry.domain.period import Period


class VolunteerTeamExists(RuleViolation):
    """The commune has a team on some of these days; dissolve it before another is founded."""

    code = "volunteer_team_exists"


@dataclass(frozen=True, slots=True)
class Tenure:
    """Where a team was founded and from when to when it is there; `closed_on` is its last day."""

    site_unit_id: int
    opened_on: date
    closed_on: date | None

    @property
    def period(self) -> Period:
        """The days of the team."""
        return Period(self.opened_on, None if self.closed_on is None else self.closed_on + timedelta(days=1))


def require_alone(team: Tenure, others: Iterable[Tenure], *, atlas: Atlas, pointer: str) -> None:
    """Refuse a second team of a commune.

    Communes are compared on the map of the day on which the later team begins: teams of two communes that were joined
    since were both right, but nobody founds another beside them.
    """
    for other in others:
        day = max(team.opened_on, other.opened_on)
        is_there = atlas.current(team.site_unit_id, day) == atlas.current(other.site_unit_id, day)
        if is_there and team.period.overlaps(other.period):
            raise VolunteerTeamExists(pointer=pointer)
