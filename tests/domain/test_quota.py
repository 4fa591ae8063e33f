"""What callers spend of a quota, on a clock that the test moves."""

import pytest

from registry.domain.quota import Quota, Standing, Windows

NOW = 1_000_000.0


def test_what_is_left_is_told_until_nothing_is() -> None:
    windows = Windows(Quota(2, 60))

    assert [windows.spend("an", now=NOW + second) for second in (0, 0.5, 10)] == [
        Standing(1, 60, is_exceeded=False),
        Standing(0, 60, is_exceeded=False),
        Standing(0, 50, is_exceeded=True),
    ]


def test_nothing_is_there_again_before_the_time_that_was_told() -> None:
    windows = Windows(Quota(1, 60))
    windows.spend("an", now=NOW)
    refused = windows.spend("an", now=NOW + 0.25)

    assert windows.spend("an", now=NOW + 59.99).is_exceeded
    assert not windows.spend("an", now=NOW + 0.25 + refused.resets_in).is_exceeded


def test_callers_do_not_spend_for_each_other() -> None:
    windows = Windows(Quota(1, 60))
    windows.spend("an", now=NOW)

    assert not windows.spend("binh", now=NOW).is_exceeded


@pytest.mark.parametrize("step", [-3600.0, 3600.0])
def test_a_clock_that_jumps_locks_nobody_out(step: float) -> None:
    windows = Windows(Quota(1, 60))
    windows.spend("an", now=NOW)

    assert windows.spend("an", now=NOW + step) == Standing(0, 60, is_exceeded=False)


def test_a_crowd_shares_what_is_beyond_the_table_and_leaves_it_with_time() -> None:
    windows = Windows(Quota(2, 60), most_callers=3)
    for caller in ("an", "binh", "chi"):
        windows.spend(caller, now=NOW)

    crowd = [windows.spend(f"stranger {number}", now=NOW + 1).is_exceeded for number in range(4)]
    known = windows.spend("an", now=NOW + 1)

    assert (crowd, known.is_exceeded) == ([False, False, True, True], False)
    assert len(windows._open) == 3
    assert not windows.spend("stranger 3", now=NOW + 60).is_exceeded
    assert set(windows._open) == {"stranger 3"}


def test_a_caller_who_begins_anew_is_not_the_first_to_end() -> None:
    windows = Windows(Quota(1, 60), most_callers=3)
    windows.spend("an", now=NOW)
    windows.spend("binh", now=NOW + 30)
    windows.spend("an", now=NOW + 60)
    windows.spend("chi", now=NOW + 90)

    assert list(windows._open) == ["an", "chi"]


@pytest.mark.parametrize("quota", [(0, 60), (1, 0), (1, 3601), (10_000_001, 60)])
def test_a_quota_of_nothing_is_none(quota: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="a quota is"):
        Quota(*quota)
