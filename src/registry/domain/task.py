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
    SUBJECT_REQUEST_DUE = "subject_request_due"
    SUBJECT_REQUEST_OVERDUE = "subject_request_overdue"
    ERASURE_APPROVAL = "erasure_approval"
    BREACH_NOTIFICATION_DUE = "breach_notification_due"
    BREACH_NOTICE = "breach_notice"
    ABNORMAL_USAGE = "abnormal_usage"
    MOVE_REQUEST = "move_request"
    MOVE_NOTICE = "move_notice"
    UNIT_UNCERTAIN = "unit_uncertain"
    DUPLICATE_REVIEW = "duplicate_review"
    MERGE_APPROVAL = "merge_approval"
    PLAN_MEASURE = "plan_measure"
    PLAN_MEASURE_OF_PROVINCE = "plan_measure_of_province"
    SYNC_CONFLICT = "sync_conflict"
    REFERRAL_UNANSWERED = "referral_unanswered"


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
    ends_with_record: bool = False
    """A duty: it is done when the record says so, and nobody settles it by hand."""
    follows_person: bool = False
    """It is still to be done where the person is; what was told or is reviewed stays with who was in charge then."""


_JUDGED = (Decision.APPROVE, Decision.DECLINE)


def _duty(role: Role, due_after: timedelta) -> TaskRule:
    return TaskRule(role, (), due_after, opener_may_settle=True, ends_with_record=True, follows_person=True)


def _errand(role: Role, due_after: timedelta) -> TaskRule:
    return TaskRule(role, (Decision.DONE,), due_after, opener_may_settle=True)


RULES: Mapping[TaskKind, TaskRule] = {
    TaskKind.GRANT_CONTINUED: TaskRule(Role.ADMINISTRATOR, _JUDGED, timedelta(days=30)),
    TaskKind.EMERGENCY_NOTICE: TaskRule(Role.COMMUNE_OFFICER, (Decision.ACKNOWLEDGE,), timedelta(hours=72)),
    TaskKind.EMERGENCY_REVIEW: TaskRule(Role.PROVINCE_MANAGER, _JUDGED, timedelta(hours=72)),
    TaskKind.EMERGENCY_MEDICAL_APPROVAL: TaskRule(Role.HEALTH_OFFICER, _JUDGED, timedelta(hours=1), expires=True),
    TaskKind.SUBJECT_REQUEST_DUE: _duty(Role.COMMUNE_OFFICER, timedelta(days=2)),
    TaskKind.SUBJECT_REQUEST_OVERDUE: _duty(Role.PROVINCE_MANAGER, timedelta(days=1)),
    TaskKind.ERASURE_APPROVAL: TaskRule(Role.PROVINCE_MANAGER, _JUDGED, timedelta(days=7), follows_person=True),
    TaskKind.BREACH_NOTIFICATION_DUE: _duty(Role.PROVINCE_MANAGER, timedelta(hours=72)),
    TaskKind.BREACH_NOTICE: TaskRule(
        Role.ADMINISTRATOR, (Decision.ACKNOWLEDGE,), timedelta(hours=72), opener_may_settle=True
    ),
    TaskKind.ABNORMAL_USAGE: TaskRule(Role.ADMINISTRATOR, (Decision.ACKNOWLEDGE,), timedelta(hours=24)),
    TaskKind.MOVE_REQUEST: TaskRule(Role.COMMUNE_OFFICER, _JUDGED, timedelta(days=7), expires=True),
    TaskKind.MOVE_NOTICE: TaskRule(
        Role.COMMUNE_OFFICER, (Decision.ACKNOWLEDGE,), timedelta(days=7), opener_may_settle=True
    ),
    TaskKind.PLAN_MEASURE: _errand(Role.COMMUNE_OFFICER, timedelta(days=30)),
    TaskKind.PLAN_MEASURE_OF_PROVINCE: _errand(Role.PROVINCE_MANAGER, timedelta(days=30)),
    TaskKind.UNIT_UNCERTAIN: _duty(Role.PROVINCE_MANAGER, timedelta(days=30)),
    TaskKind.REFERRAL_UNANSWERED: _duty(Role.COMMUNE_OFFICER, timedelta(days=7)),
    TaskKind.MERGE_APPROVAL: TaskRule(Role.PROVINCE_MANAGER, _JUDGED, timedelta(days=7)),
    TaskKind.SYNC_CONFLICT: _duty(Role.COMMUNE_OFFICER, timedelta(days=7)),
    TaskKind.DUPLICATE_REVIEW: TaskRule(Role.PROVINCE_MANAGER, (Decision.DONE, Decision.DECLINE), timedelta(days=30)),
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


class NoteNotKept(RuleViolation):
    """The person whom the note is about has left the reach of who settles, and the key that seals it with them."""

    code = "note_not_kept"


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
