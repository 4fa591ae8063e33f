"""Referrals: a person is sent to a service, which answers, begins, and comes to a result. Each step has its day.

made ─┬─ accepted ── started ── completed
      ├─ declined
      └─ lost, from any step that is not the last
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.domain.errors import RuleViolation
from registry.domain.period import require_order, require_past


class ServiceKind(StrEnum):
    """What a service does for people."""

    HEALTH_CARE = "health_care"
    HIV_CARE = "hiv_care"
    METHADONE = "methadone"
    SOCIAL_PROTECTION = "social_protection"
    VOCATIONAL_TRAINING = "vocational_training"
    JOB_PLACEMENT = "job_placement"
    LOAN = "loan"
    LEGAL_AID = "legal_aid"


class EmployerSector(StrEnum):
    """Where somebody found work."""

    AGRICULTURE = "agriculture"
    INDUSTRY = "industry"
    CONSTRUCTION = "construction"
    TRADE_AND_SERVICES = "trade_and_services"
    PUBLIC = "public"
    SELF_EMPLOYED = "self_employed"
    OTHER = "other"


class LoanPurpose(StrEnum):
    """What a loan is for."""

    CROPS = "crops"
    LIVESTOCK = "livestock"
    TRADE = "trade"
    CRAFT = "craft"
    STUDY = "study"
    OTHER = "other"


class ReferralStatus(StrEnum):
    """Where a referral stands."""

    MADE = "made"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    STARTED = "started"
    COMPLETED = "completed"
    LOST = "lost"


class StepMissing(RuleViolation):
    """A step is dated without the one before it."""

    code = "referral_step_missing"


class StepsExclude(RuleViolation):
    """Two ends, or a step after the end."""

    code = "referral_steps_exclude"


class ResultDoesNotFit(RuleViolation):
    """The result is of another kind of service, or nothing is completed."""

    code = "referral_result_does_not_fit"


class ServiceNotOffered(RuleViolation):
    """The service is not offered on the day of the referral."""

    code = "service_not_offered"


class ServiceKindFixed(RuleViolation):
    """A service of another kind is another service: what came of referrals to it is counted by its kind."""

    code = "service_kind_fixed"


class ReferralIsMedical(RuleViolation):
    """Whom a service of this kind treats is for health officers alone to know: an ordinary referral would tell it."""

    code = "referral_is_medical"


class ServiceFixed(RuleViolation):
    """Another service is another referral."""

    code = "referral_service_fixed"


@dataclass(frozen=True, slots=True)
class Steps:
    """The days of a referral."""

    made_on: date
    accepted_on: date | None = None
    declined_on: date | None = None
    started_on: date | None = None
    completed_on: date | None = None
    lost_on: date | None = None

    @property
    def status(self) -> ReferralStatus:
        """The step that the referral has come to."""
        reached = (
            (self.lost_on, ReferralStatus.LOST),
            (self.declined_on, ReferralStatus.DECLINED),
            (self.completed_on, ReferralStatus.COMPLETED),
            (self.started_on, ReferralStatus.STARTED),
            (self.accepted_on, ReferralStatus.ACCEPTED),
        )
        return next((status for day, status in reached if day is not None), ReferralStatus.MADE)

    def review(self, *, today: date) -> None:
        """Refuse days that cannot be true."""
        named = (self.made_on, self.accepted_on, self.started_on, self.completed_on)
        ways = ("made_on", "accepted_on", "started_on", "completed_on")
        for day, name in (*zip(named, ways, strict=True), (self.declined_on, "declined_on"), (self.lost_on, "lost_on")):
            require_past(day, today=today, pointer=f"/{name}")
        for place, day in enumerate(named[1:], start=1):
            if day is not None and named[place - 1] is None:
                raise StepMissing(pointer=f"/{ways[place - 1]}")
            require_order(named[place - 1], day, pointer=f"/{ways[place]}")
        if self.declined_on is not None and (self.accepted_on is not None or self.lost_on is not None):
            raise StepsExclude(pointer="/declined_on")
        if self.lost_on is not None and self.completed_on is not None:
            raise StepsExclude(pointer="/lost_on")
        require_order(self.made_on, self.declined_on, pointer="/declined_on")
        require_order(max(day for day in named if day is not None), self.lost_on, pointer="/lost_on")


MEDICAL = frozenset({ServiceKind.HIV_CARE})
"""Kinds of services that tell by themselves that somebody lives with HIV."""


def require_ordinary(kind: ServiceKind, *, pointer: str) -> None:
    """Refuse to let an ordinary referral tell what health officers alone may know."""
    if kind in MEDICAL:
        raise ReferralIsMedical(pointer=pointer)


_IN_WORDS = "result"
_IN_FIGURES: Mapping[ServiceKind, frozenset[str]] = {
    ServiceKind.JOB_PLACEMENT: frozenset({"employer_sector"}),
    ServiceKind.LOAN: frozenset({"loan_amount", "loan_purpose"}),
}
RESULTS = frozenset({_IN_WORDS}).union(*_IN_FIGURES.values())
"""The fields that tell what a referral came to: in words for every service, and in figures that can be counted."""


def review_result(result: Mapping[str, object], *, kind: ServiceKind, is_completed: bool) -> None:
    """Refuse a result that the service does not give, or gives before it is completed."""
    fitting = {_IN_WORDS, *_IN_FIGURES.get(kind, ())} if is_completed else set()
    for name, value in sorted(result.items()):
        if value is not None and name not in fitting:
            raise ResultDoesNotFit(pointer=f"/{name}")
