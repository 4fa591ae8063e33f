"""Time without relapse: read off completed courses and determinations of addiction."""

from datetime import date

import pytest

from registry.domain.club import CleanTime, clean_time

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
