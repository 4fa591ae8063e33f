"""Plans: numbered documents with a period, approved once. It refuses what would make an approved plan another one.

An approved plan is what was signed. It is corrected, each time with a reason of its own, and what its figures rest on
stays: the unit, the period, and of a target what is measured and where.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Protocol

from registry.domain.errors import RuleViolation


class PlanStatus(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    APPROVED = "approved"


class PlanUnknown(RuleViolation):
    """The id names no plan, target or parent within the caller's reach."""

    code = "plan_unknown"


class PlanApproved(RuleViolation):
    """The plan is approved: what its figures rest on is not changed any more."""

    code = "plan_approved"


class PlanWithoutTargets(RuleViolation):
    """A plan is approved that sets no target."""

    code = "plan_without_targets"


class CorrectionReasonRequired(RuleViolation):
    """An approved plan is changed without a reason, or with that of an earlier correction."""

    code = "correction_reason_required"


class PlanInUse(RuleViolation):
    """Other records rest on what is about to be voided."""

    code = "plan_in_use"


class PlanOutsideParent(RuleViolation):
    """The unit of a plan or a target does not lie in the one that it serves."""

    code = "plan_outside_parent"


class Corrected(Protocol):
    """What tells why it was corrected."""

    @property
    def correction_reason(self) -> str | None:
        """Why it was corrected last."""


FIXED_IN_PLAN = ("unit_code", "from_on", "to_on")
FIXED_IN_TARGET = (
    *("plan_id", "kind", "direction", "indicator", "organisation_kind", "stated_measure", "rating_programme"),
    *("unit_code", "base_value", "base_source", "base_from_on", "base_to_on"),
)
"""What the figures of an approved plan rest on."""


def review_correction(former: Corrected, body: Corrected, fixed: Iterable[str]) -> None:
    """Let a correction of an approved plan pass: it leaves what is fixed, and gives a reason that is new."""
    for name in fixed:
        if _of(former, name) != _of(body, name):
            raise PlanApproved(pointer=f"/{name}")
    if body.correction_reason is None or body.correction_reason == former.correction_reason:
        raise CorrectionReasonRequired(pointer="/correction_reason")


def review_addition(body: Corrected) -> None:
    """Let a target join a plan that is approved: it is a correction of the plan."""
    if body.correction_reason is None:
        raise CorrectionReasonRequired(pointer="/correction_reason")


def _of(record: Corrected, name: str) -> Any:  # noqa: ANN401 - a field of any type
    return getattr(record, name)
