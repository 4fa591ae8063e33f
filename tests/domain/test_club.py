"""Time without relapse: read off completed courses and determinations of addiction; and what a new count is."""

from datetime import date

import pytest

from registry.domain.club import CleanTime, clean_time, is_new_count

COMPLETED, AGAIN, ON = date(2018, 3, 1), date(2019, 3, 1), date(2020, 3, 1)


@pytest.mark.parametrize(
    ("completed_on", "addicted_on", "expected"),
    [
        pytest.param([], [], None, id="no completed course is unknown"),
        pytest.param([date(2020, 3, 2)], [], None, id="nor is one completed later"),
        pytest.param([COMPLETED], [], CleanTime(COMPLETED, None, 731), id="to the day"),
        pytest.param([COMPLETED, AGAIN], [date(2018, 9, 1)], CleanTime(AGAIN, None, 366), id="from the last one"),
        pytest.param(
            [COMPLETED], [AGAIN, date(2019, 9, 1)], CleanTime(COMPLETED, AGAIN, 365), id="to the next relapse"
        ),
        pytest.param([COMPLETED], [date(2020, 3, 2)], CleanTime(COMPLETED, None, 731), id="a later one tells nothing"),
        pytest.param([COMPLETED], [date(2017, 3, 1), COMPLETED], CleanTime(COMPLETED, None, 731), id="nor an earlier"),
        pytest.param([ON], [], CleanTime(ON, None, 0), id="nothing on the day itself"),
    ],
)
def test_it_runs_from_the_last_completion(
    completed_on: list[date], addicted_on: list[date], expected: CleanTime | None
) -> None:
    assert clean_time(completed_on, addicted_on, on=ON) == expected


@pytest.mark.parametrize(
    ("former_on", "counted_on", "is_new"),
    [
        pytest.param(COMPLETED, AGAIN, True, id="of a later day"),
        pytest.param(COMPLETED, COMPLETED, False, id="under the same day it is corrected"),
        pytest.param(AGAIN, COMPLETED, False, id="under an earlier one too"),
        pytest.param(None, AGAIN, False, id="the first one follows none"),
        pytest.param(AGAIN, None, False, id="one that is taken back is followed by none"),
    ],
)
def test_a_count_of_a_later_day_is_a_new_one(former_on: date | None, counted_on: date | None, *, is_new: bool) -> None:
    assert is_new_count(former_on, counted_on) is is_new
