"""When jobs are due."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.domain.job import due_after_failure, due_after_success, late

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def test_a_job_that_is_done_waits_for_its_next_time() -> None:
    assert due_after_success(AT, timedelta(hours=1)) == AT + timedelta(hours=1)


@pytest.mark.parametrize(
    ("failed_in_a_row", "seconds"), [(1, 10), (2, 20), (3, 40), (5, 160), (6, 300), (1_000_000, 300)]
)
def test_a_job_that_fails_is_tried_again_in_growing_pauses(failed_in_a_row: int, seconds: int) -> None:
    assert due_after_failure(AT, failed_in_a_row=failed_in_a_row) == AT + timedelta(seconds=seconds)


@pytest.mark.parametrize(("seconds", "expected"), [(-1, 0), (0, 0), (61, 61)])
def test_a_job_is_late_by_what_has_passed_since_it_was_due(seconds: int, expected: int) -> None:
    assert late(AT, at=AT + timedelta(seconds=seconds)) == timedelta(seconds=expected)
