"""Words of synchronisation: what travels between devices and the register, and what became of it."""

from enum import StrEnum

from registry.domain.errors import DomainError, RuleViolation


class SyncKind(StrEnum):
    """A kind of record that devices carry. Medical results do not travel: they are written and read one by one."""

    PERSON = "person"
    IDENTITY_DOCUMENT = "identity_document"
    RESIDENCE = "residence"
    FILE = "file"
    DRUG_TEST = "drug_test"
    DETERMINATION = "determination"
    SUBSTANCE_USE = "substance_use"
    EPISODE = "episode"
    AFTERCARE = "aftercare"
    EDUCATION_MEASURE = "education_measure"
    SUBJECT_REQUEST = "subject_request"
    ORGANISATION = "organisation"
    COMMUNE_STATUS = "commune_status"
    SUSPECTED_COUNT = "suspected_count"
    ACTIVITY = "activity"
    COMMUNE_POPULATION = "commune_population"
    COUNSELLING_POINT = "counselling_point"
    VOLUNTEER_TEAM = "volunteer_team"
    CLUB = "club"
    CLUB_GUIDANCE_VISIT = "club_guidance_visit"
    CLUB_RATING = "club_rating"
    NETWORK_WORKER = "network_worker"
    APPOINTMENT = "appointment"
    WORKER_TRAINING = "worker_training"
    PLAN = "plan"
    PLAN_TARGET = "plan_target"
    TARGET_REPORT = "target_report"
    PLAN_REVIEW = "plan_review"
    ACCOMPANIMENT = "accompaniment"
    VISIT = "visit"
    SESSION = "session"
    ATTENDANCE = "attendance"
    SUPPORT_SERVICE = "support_service"
    REFERRAL = "referral"
    MEMBERSHIP = "membership"


class PushVerb(StrEnum):
    """What an operation does to its record."""

    CREATE = "create"
    CHANGE = "change"
    VOID = "void"


class PushStatus(StrEnum):
    """What became of an operation."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    DEFERRED = "deferred"


class ParentNotApplied(RuleViolation):
    """The operation names a record whose creation, in the same push, was not applied."""

    code = "parent_not_applied"


class ReferencesInCircle(RuleViolation):
    """Operations of one push refer to each other in a circle: none of them can come first."""

    code = "references_in_circle"


class PushNotWhole(DomainError):
    """`Prefer: handling=strict`: another operation of the push was not applied, so this one was not either."""

    code = "push_not_whole"


class PushOutOfTime(DomainError):
    """The time of the push was over before the operation's turn came."""

    code = "push_out_of_time"


RECORD_HAS_MOVED_ON = frozenset({"version_mismatch", "record_voided", "fields_in_conflict", "person_merged"})
"""Codes that say that record or person are no longer what the device saw: somebody has to look at both."""


def status_of(refusal: DomainError) -> PushStatus:
    """Say what a refusal makes of an operation."""
    if isinstance(refusal, ParentNotApplied | PushNotWhole | PushOutOfTime):
        return PushStatus.DEFERRED
    return PushStatus.CONFLICT if refusal.code in RECORD_HAS_MOVED_ON else PushStatus.REJECTED
