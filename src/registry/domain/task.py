"""Tasks: what waits for somebody, who may settle it and how, until when. It refuses the approval of one's own act."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from registry.domain.access import Role, Scope
from registry.domain.errors import Forbidden, RuleViolation


class TaskKind(StrEnum):
    """What a task asks for."""

    GRANT_CONTINUED = "grant_continued"
    EMERGENCY_NOTICE = "emergency_notice"
    EMERGENCY_REVIEW = "emergency_review"
    EMERGENCY_MEDICAL_APPROVAL = "emergency_medical_approval"


class Decision(StrEnum):
    """How somebody settles a task."""

    APPROVE = "approve"
    DECLINE = "decline"
    ACKNOWLEDGE = "acknowledge"
    DONE = "done"


class TaskState(StrEnum):
    """Open, settled by a decision, or over without one."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


_STATE_AFTER: Mapping[Decision, TaskState] = {
    Decision.APPROVE: TaskState.APPROVED,
    Decision.DECLINE: TaskState.DECLINED,
    Decision.ACKNOWLEDGE: TaskState.ACKNOWLEDGED,
    Decision.DONE: TaskState.DONE,
}


@dataclass(frozen=True, slots=True)
class TaskRule:
    """How tasks of one kind are settled. What is due stays so, overdue, unless the kind `expires`."""

    settled_by: Role
    decisions: tuple[Decision, ...]
    due_after: timedelta
    opener_may_settle: bool = False
    expires: bool = False


_JUDGED = (Decision.APPROVE, Decision.DECLINE)

RULES: Mapping[TaskKind, TaskRule] = {
    TaskKind.GRANT_CONTINUED: TaskRule(Role.ADMINISTRATOR, _JUDGED, timedelta(days=30)),
    TaskKind.EMERGENCY_NOTICE: TaskRule(Role.COMMUNE_OFFICER, (Decision.ACKNOWLEDGE,), timedelta(hours=72)),
    TaskKind.EMERGENCY_REVIEW: TaskRule(Role.PROVINCE_MANAGER, _JUDGED, timedelta(hours=72)),
    TaskKind.EMERGENCY_MEDICAL_APPROVAL: TaskRule(Role.HEALTH_OFFICER, _JUDGED, timedelta(hours=1), expires=True),
}
"""Every kind with its rule. What is not here cannot be opened."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whose tasks: those of a role, over units or for organisations."""

    role: Role
    scope: Scope


@dataclass(frozen=True, slots=True)
class Task:
    """What a rule must know of a task."""

    kind: TaskKind
    state: TaskState
    opened_by: str
    due_at: datetime
    settled_by: str | None = None


class TaskNotOpen(RuleViolation):
    """The task is settled, expired or cancelled."""

    code = "task_not_open"


class DecisionNotAllowed(RuleViolation):
    """Tasks of this kind are not settled so."""

    code = "decision_not_allowed"


class SecondPersonRequired(Forbidden):
    """Whoever opened the task may not settle it: four eyes."""

    code = "second_person_required"


class TaskAlreadyOpen(RuleViolation):
    """The same task waits for the same audience already."""

    code = "task_already_open"


def is_repeated(task: Task, decision: Decision, *, by: str) -> bool:
    """Whether this very decision of this very person has settled the task already."""
    return task.state is _STATE_AFTER[decision] and task.settled_by == by


def settle(task: Task, decision: Decision, *, by: str, at: datetime) -> Task:
    """Settle an open task. One that expires is over when it is due, whether a worker has seen to it or not."""
    rule = RULES[task.kind]
    if task.state is not TaskState.OPEN:
        raise TaskNotOpen(state=task.state)
    if rule.expires and at >= task.due_at:
        raise TaskNotOpen(state=TaskState.EXPIRED)
    if decision not in rule.decisions:
        raise DecisionNotAllowed(pointer="/decision", allowed=list(rule.decisions))
    if by == task.opened_by and not rule.opener_may_settle:
        raise SecondPersonRequired
    return replace(task, state=_STATE_AFTER[decision], settled_by=by)
