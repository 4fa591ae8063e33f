"""Reviews: what a plan had come to on a day, signed, and what is to be done. A review is voided, never changed."""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from registry.domain.errors import RuleViolation
from registry.domain.task import TaskKind
from registry.domain.unit import Level


class ReviewKind(StrEnum):
    """The occasion of a review."""

    SIX_MONTH = "six_month"
    YEAR_END = "year_end"
    OTHER = "other"


class ReviewNeverChanges(RuleViolation):
    """A review is what was signed."""

    code = "review_never_changes"


class PlanNotApproved(RuleViolation):
    """A draft is not reviewed."""

    code = "plan_not_approved"


def fingerprint(signed: Mapping[str, Any]) -> str:
    """Hash what was signed, whatever the order and the spacing in which it is kept (SHA-256 of canonical JSON)."""
    canonical = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def task_of(level: Level) -> TaskKind:
    """Whose task a measure is: of who keeps the plan. That of a district of the past is kept by its province."""
    return TaskKind.PLAN_MEASURE if level is Level.COMMUNE else TaskKind.PLAN_MEASURE_OF_PROVINCE
