"""What a unit does for many at once: campaigns, training, conferences, inspection visits. It names nobody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.domain.errors import RuleViolation
from registry.domain.period import require_order, require_past


class ActivityKind(StrEnum):
    """Kinds of activities."""

    CAMPAIGN = "campaign"
    TRAINING = "training"
    CONFERENCE = "conference"
    INSPECTION = "inspection"


class ActivityStage(StrEnum):
    """How far an activity has come. `settled`: what an inspection found has been put right."""

    PLANNED = "planned"
    HELD = "held"
    SETTLED = "settled"


class CampaignForm(StrEnum):
    """How a campaign speaks to people."""

    LEAFLETS = "leaflets"
    LOUDSPEAKERS = "loudspeakers"
    MEETING = "meeting"
    PRESS_AND_BROADCAST = "press_and_broadcast"
    SOCIAL_MEDIA = "social_media"
    PERFORMANCE = "performance"
    CONTEST = "contest"
    HOME_VISITS = "home_visits"
    OTHER = "other"


class Audience(StrEnum):
    """Whom a campaign speaks to."""

    EVERYBODY = "everybody"
    YOUTH = "youth"
    PUPILS_AND_STUDENTS = "pupils_and_students"
    WORKERS = "workers"
    FAMILIES = "families"
    PEOPLE_AT_RISK = "people_at_risk"
    PEOPLE_AFTER_REHAB = "people_after_rehab"
    OFFICIALS = "officials"


class ParticipantRole(StrEnum):
    """As what people take part in training and conferences."""

    LEADER = "leader"
    OFFICIAL = "official"
    POLICE = "police"
    HEALTH_WORKER = "health_worker"
    COUNSELLOR = "counsellor"
    VOLUNTEER = "volunteer"
    CLUB_BOARD = "club_board"
    UNION_MEMBER = "union_member"
    TEACHER = "teacher"
    OTHER = "other"


class Finding(StrEnum):
    """What an inspection finds wanting."""

    STAFF_BELOW_NORM = "staff_below_norm"
    OPENING_HOURS_NOT_KEPT = "opening_hours_not_kept"
    PREMISES_UNFIT = "premises_unfit"
    FILES_INCOMPLETE = "files_incomplete"
    REPORTS_LATE = "reports_late"
    MEETINGS_NOT_HELD = "meetings_not_held"
    PEOPLE_NOT_FOLLOWED = "people_not_followed"
    FUNDS_NOT_IN_ORDER = "funds_not_in_order"
    CONFIDENTIALITY_BROKEN = "confidentiality_broken"
    OTHER = "other"


class ActivityUndated(RuleViolation):
    """Neither planned nor held on any day."""

    code = "activity_undated"


class ActivityFieldForeign(RuleViolation):
    """The field is not one of this kind of activity."""

    code = "activity_field_foreign"


class ActivityNotHeld(RuleViolation):
    """What came of an activity is told before it was held."""

    code = "activity_not_held"


OWN_FIELDS: dict[ActivityKind, frozenset[str]] = {
    ActivityKind.CAMPAIGN: frozenset({"form", "audiences", "reach", "materials"}),
    ActivityKind.TRAINING: frozenset({"participants"}),
    ActivityKind.CONFERENCE: frozenset({"participants"}),
    ActivityKind.INSPECTION: frozenset({"findings", "settled_on"}),
}
"""What only certain kinds have."""
_OUTCOMES = ("reach", "participants", "findings", "settled_on")


@dataclass(frozen=True, slots=True)
class Activity:
    """When an activity was planned and held, and which of the fields of single kinds are filled in."""

    kind: ActivityKind
    planned_on: date | None
    held_on: date | None
    settled_on: date | None
    filled_in: Collection[str]

    @property
    def day(self) -> date:
        """The day that it stands under: on which it was held, or is planned."""
        day = self.held_on or self.planned_on
        if day is None:
            raise ActivityUndated(pointer="/planned_on")
        return day

    @property
    def stage(self) -> ActivityStage:
        """How far it has come."""
        if self.settled_on is not None:
            return ActivityStage.SETTLED
        return ActivityStage.PLANNED if self.held_on is None else ActivityStage.HELD


def review(activity: Activity, *, today: date) -> None:
    """Refuse what cannot be, and what another kind of activity would have."""
    require_past(activity.held_on, today=today, pointer="/held_on")
    require_past(activity.settled_on, today=today, pointer="/settled_on")
    require_order(activity.held_on, activity.settled_on, pointer="/settled_on")
    foreign = set(activity.filled_in) - OWN_FIELDS[activity.kind]
    if foreign:
        raise ActivityFieldForeign(pointer=f"/{min(foreign)}")
    early = [name for name in _OUTCOMES if name in activity.filled_in]
    if activity.held_on is None and early:
        raise ActivityNotHeld(pointer=f"/{early[0]}")
