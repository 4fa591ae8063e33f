"""Files of people under management: what their dates may say."""

from datetime import date

import pytest

from registry.domain.errors import RuleViolation
from registry.domain.management import CloseIncomplete, CloseReason, review
from registry.domain.period import DateInFuture, DatesOutOfOrder

TODAY = date(2020, 12, 31)
ENDED = CloseReason.TERM_ENDED


@pytest.mark.parametrize(
    ("opened_on", "closed_on", "reason"),
    [
        pytest.param(date(2020, 3, 10), None, None, id="an open file"),
        pytest.param(date(2020, 3, 10), date(2020, 9, 10), ENDED, id="a closed file"),
        pytest.param(TODAY, TODAY, ENDED, id="opened and closed today"),
    ],
)
def test_what_can_be_true_is_kept(opened_on: date, closed_on: date | None, reason: CloseReason | None) -> None:
    review(opened_on=opened_on, closed_on=closed_on, close_reason=reason, today=TODAY)


@pytest.mark.parametrize(
    ("opened_on", "closed_on", "reason", "refusal", "pointer"),
    [
        pytest.param(date(2021, 1, 1), None, None, DateInFuture, "/opened_on", id="opened tomorrow"),
        pytest.param(date(2020, 3, 10), date(2021, 1, 1), ENDED, DateInFuture, "/closed_on", id="closed tomorrow"),
        pytest.param(
            date(2020, 3, 10), date(2020, 3, 9), ENDED, DatesOutOfOrder, "/closed_on", id="closed before it was opened"
        ),
        pytest.param(
            date(2020, 3, 10), date(2020, 9, 10), None, CloseIncomplete, "/close_reason", id="closed for no reason"
        ),
        pytest.param(date(2020, 3, 10), None, ENDED, CloseIncomplete, "/close_reason", id="a reason without a date"),
    ],
)
def test_what_cannot_be_true_is_refused(
    opened_on: date,
    closed_on: date | None,
    reason: CloseReason | None,
    refusal: type[RuleViolation],
    pointer: str,
) -> None:
    with pytest.raises(refusal) as refused:
        review(opened_on=opened_on, closed_on=closed_on, close_reason=reason, today=TODAY)
    assert refused.value.pointer == pointer
