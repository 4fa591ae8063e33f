"""How tasks are settled, by whom, and until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.domain.task import (
    RULES,
    Decision,
    DecisionNotAllowed,
    SecondPersonRequired,
    Task,
    TaskKind,
    TaskNotOpen,
    TaskState,
    is_repeated,
    settle,
)

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def a_task(kind: TaskKind = TaskKind.EMERGENCY_REVIEW, **over: Any) -> Task:  # noqa: ANN401 - fields of a task
    return replace(Task(kind, TaskState.OPEN, opened_by="anh", due_at=AT + timedelta(hours=1)), **over)


@pytest.mark.parametrize("kind", TaskKind)
def test_every_kind_says_how_it_is_settled(kind: TaskKind) -> None:
    rule = RULES[kind]

    assert bool(rule.decisions) is not rule.ends_with_record
    assert rule.due_after > timedelta(0)
    for decision in rule.decisions:
        assert settle(a_task(kind), decision, by="bình", at=AT).state is not TaskState.OPEN


@pytest.mark.parametrize(
    ("decision", "state"), [(Decision.APPROVE, TaskState.APPROVED), (Decision.DECLINE, TaskState.DECLINED)]
)
def test_a_decision_names_the_state_and_who_took_it(decision: Decision, state: TaskState) -> None:
    settled = settle(a_task(), decision, by="bình", at=AT)

    assert (settled.state, settled.settled_by) == (state, "bình")


def test_another_kind_s_decision_is_refused() -> None:
    with pytest.raises(DecisionNotAllowed) as refusal:
        settle(a_task(TaskKind.EMERGENCY_NOTICE), Decision.APPROVE, by="bình", at=AT)

    assert refusal.value.facts == {"allowed": [Decision.ACKNOWLEDGE]}


@pytest.mark.parametrize("kind", [kind for kind, rule in RULES.items() if not rule.opener_may_settle])
def test_who_opened_it_does_not_settle_it(kind: TaskKind) -> None:
    with pytest.raises(SecondPersonRequired):
        settle(a_task(kind), RULES[kind].decisions[0], by="anh", at=AT)


@pytest.mark.parametrize("state", [state for state in TaskState if state is not TaskState.OPEN])
def test_what_is_over_stays_as_it_is(state: TaskState) -> None:
    with pytest.raises(TaskNotOpen) as refusal:
        settle(a_task(state=state, settled_by="bình"), Decision.APPROVE, by="chi", at=AT)

    assert refusal.value.facts == {"state": state}


def test_what_expires_is_over_to_the_second() -> None:
    expiring = a_task(TaskKind.EMERGENCY_MEDICAL_APPROVAL, due_at=AT)

    settle(expiring, Decision.APPROVE, by="bình", at=AT - SECOND)
    with pytest.raises(TaskNotOpen):
        settle(expiring, Decision.APPROVE, by="bình", at=AT)


def test_what_stays_overdue_is_settled_late() -> None:
    assert settle(a_task(due_at=AT), Decision.APPROVE, by="bình", at=AT + SECOND).state is TaskState.APPROVED


@pytest.mark.parametrize(
    ("decision", "by", "expected"),
    [
        pytest.param(Decision.APPROVE, "bình", True, id="the same decision of the same person"),
        pytest.param(Decision.DECLINE, "bình", False, id="another decision"),
        pytest.param(Decision.APPROVE, "chi", False, id="another person"),
    ],
)
def test_a_repetition_is_told_from_a_contradiction(decision: Decision, by: str, *, expected: bool) -> None:
    settled = a_task(state=TaskState.APPROVED, settled_by="bình")

    assert is_repeated(settled, decision, by=by) is expected
