"""Dates and half-open periods."""

from datetime import date

import pytest

from registry.domain.period import DateInFuture, DatesOutOfOrder, Period, require_order, require_past, require_past_year

MARCH = Period(date(2020, 3, 1), date(2020, 4, 1))
FROM_MARCH = Period(date(2020, 3, 1))


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        pytest.param(Period(date(2020, 2, 1), date(2020, 3, 1)), False, id="one that ends on its first day"),
        pytest.param(Period(date(2020, 2, 1), date(2020, 3, 2)), True, id="one that ends a day later"),
        pytest.param(Period(date(2020, 3, 31), date(2020, 5, 1)), True, id="one that starts on its last day"),
        pytest.param(Period(date(2020, 4, 1), date(2020, 5, 1)), False, id="one that starts at its end"),
        pytest.param(Period(date(2020, 3, 10), date(2020, 3, 20)), True, id="one within it"),
        pytest.param(Period(date(2020, 3, 10), date(2020, 3, 10)), False, id="one that ends on the day it starts"),
        pytest.param(Period(date(2020, 2, 1)), True, id="an open one that started before"),
        pytest.param(Period(date(2020, 4, 1)), False, id="an open one that starts at its end"),
    ],
)
def test_two_periods_overlap_when_they_share_a_day(other: Period, *, shared: bool) -> None:
    assert MARCH.overlaps(other) is shared
    assert other.overlaps(MARCH) is shared


def test_two_open_periods_always_overlap() -> None:
    assert FROM_MARCH.overlaps(Period(date(2024, 1, 1)))


def test_today_is_not_in_the_future() -> None:
    require_past(date(2020, 3, 1), today=date(2020, 3, 1), pointer="/on")
    require_past(None, today=date(2020, 3, 1), pointer="/on")

    with pytest.raises(DateInFuture) as refusal:
        require_past(date(2020, 3, 2), today=date(2020, 3, 1), pointer="/on")
    assert refusal.value.pointer == "/on"


def test_this_year_is_not_in_the_future() -> None:
    require_past_year(2020, today=date(2020, 3, 1), pointer="/year")
    require_past_year(None, today=date(2020, 3, 1), pointer="/year")

    with pytest.raises(DateInFuture) as refusal:
        require_past_year(2021, today=date(2020, 3, 1), pointer="/year")
    assert refusal.value.pointer == "/year"


def test_a_later_step_may_be_on_the_same_day_but_not_before() -> None:
    require_order(date(2020, 3, 1), date(2020, 3, 1), pointer="/to")
    require_order(None, date(2020, 3, 1), pointer="/to")
    require_order(date(2020, 3, 1), None, pointer="/to")

    with pytest.raises(DatesOutOfOrder) as refusal:
        require_order(date(2020, 3, 2), date(2020, 3, 1), pointer="/to")
    assert refusal.value.pointer == "/to"
