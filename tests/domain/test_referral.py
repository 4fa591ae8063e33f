"""The steps of a referral, and the results that fit its service."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.errors import DomainError
from registry.domain.period import DateInFuture, DatesOutOfOrder
from registry.domain.referral import (
    RESULTS,
    ReferralStatus,
    ResultDoesNotFit,
    ServiceKind,
    StepMissing,
    Steps,
    StepsExclude,
    review_result,
)

TODAY = date(2026, 11, 21)
MADE = date(2026, 11, 2)


def day(after: int) -> date:
    return MADE + timedelta(days=after)


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        pytest.param(Steps(MADE), ReferralStatus.MADE, id="nobody has answered"),
        pytest.param(Steps(MADE, accepted_on=MADE), ReferralStatus.ACCEPTED, id="accepted on the day"),
        pytest.param(Steps(MADE, declined_on=day(1)), ReferralStatus.DECLINED, id="declined"),
        pytest.param(Steps(MADE, day(1), started_on=day(2)), ReferralStatus.STARTED, id="started"),
        pytest.param(
            Steps(MADE, day(1), started_on=day(2), completed_on=day(9)), ReferralStatus.COMPLETED, id="completed"
        ),
        pytest.param(Steps(MADE, lost_on=day(1)), ReferralStatus.LOST, id="lost before an answer"),
        pytest.param(Steps(MADE, day(1), started_on=day(2), lost_on=day(2)), ReferralStatus.LOST, id="lost on the way"),
    ],
)
def test_steps_that_may_be(steps: Steps, status: ReferralStatus) -> None:
    steps.review(today=TODAY)

    assert steps.status is status


@pytest.mark.parametrize(
    ("steps", "refusal", "pointer"),
    [
        pytest.param(Steps(day(20)), DateInFuture, "/made_on", id="made tomorrow"),
        pytest.param(Steps(MADE, lost_on=day(20)), DateInFuture, "/lost_on", id="lost tomorrow"),
        pytest.param(Steps(MADE, day(-1)), DatesOutOfOrder, "/accepted_on", id="accepted before it was made"),
        pytest.param(Steps(MADE, day(3), started_on=day(2)), DatesOutOfOrder, "/started_on", id="started too early"),
        pytest.param(Steps(MADE, declined_on=day(-1)), DatesOutOfOrder, "/declined_on", id="declined too early"),
        pytest.param(Steps(MADE, day(3), lost_on=day(2)), DatesOutOfOrder, "/lost_on", id="lost before the last step"),
        pytest.param(Steps(MADE, started_on=day(1)), StepMissing, "/accepted_on", id="started and never accepted"),
        pytest.param(Steps(MADE, day(1), completed_on=day(2)), StepMissing, "/started_on", id="never started"),
        pytest.param(Steps(MADE, day(1), day(2)), StepsExclude, "/declined_on", id="accepted and declined"),
        pytest.param(Steps(MADE, None, day(2), lost_on=day(2)), StepsExclude, "/declined_on", id="declined and lost"),
        pytest.param(
            Steps(MADE, day(1), None, day(2), day(3), day(4)), StepsExclude, "/lost_on", id="completed and lost"
        ),
    ],
)
def test_steps_that_cannot_be(steps: Steps, refusal: type[DomainError], pointer: str) -> None:
    with pytest.raises(refusal) as refused:
        steps.review(today=TODAY)

    assert refused.value.pointer == pointer


_DAYS = st.none() | st.integers(-3, 25).map(day)


@given(st.builds(Steps, _DAYS.filter(bool), _DAYS, _DAYS, _DAYS, _DAYS, _DAYS))
def test_what_passes_has_one_end_and_no_gap(steps: Steps) -> None:
    try:
        steps.review(today=TODAY)
    except DomainError:
        return
    ends = [each for each in (steps.declined_on, steps.completed_on, steps.lost_on) if each is not None]
    way = [steps.made_on, steps.accepted_on, steps.started_on, steps.completed_on]
    taken = [each for each in way if each is not None]
    assert len(ends) <= 1
    assert way[: len(taken)] == sorted(taken)
    assert all(max(taken) <= end <= TODAY for end in ends)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ServiceKind.JOB_PLACEMENT, "employer_sector"),
        (ServiceKind.LOAN, "loan_amount"),
        (ServiceKind.LOAN, "loan_purpose"),
    ],
)
def test_a_figure_fits_one_kind_of_service_once_it_is_completed(kind: ServiceKind, name: str) -> None:
    result = dict.fromkeys(RESULTS) | {name: "x"}

    review_result(result, kind=kind, is_completed=True)
    for other, completed in ((kind, False), *((each, True) for each in ServiceKind if each is not kind)):
        with pytest.raises(ResultDoesNotFit) as refused:
            review_result(result, kind=other, is_completed=completed)
        assert refused.value.pointer == f"/{name}"


@pytest.mark.parametrize("kind", ServiceKind)
def test_words_fit_every_service_once_it_is_completed(kind: ServiceKind) -> None:
    review_result({"result": "x"}, kind=kind, is_completed=True)
    with pytest.raises(ResultDoesNotFit):
        review_result({"result": "x"}, kind=kind, is_completed=False)
