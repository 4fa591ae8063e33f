"""What communes set up: when a place is open."""

import pytest

from registry.domain.network import Opening, OpeningHoursInvalid, Weekday, review_openings

MONDAY, TUESDAY = Weekday.MONDAY, Weekday.TUESDAY


@pytest.mark.parametrize(
    "openings",
    [
        pytest.param([], id="never"),
        pytest.param([Opening(MONDAY, "13:30", "17:00"), Opening(MONDAY, "07:30", "11:30")], id="in two stretches"),
        pytest.param([Opening(MONDAY, "07:30", "11:30"), Opening(MONDAY, "11:30", "17:00")], id="one after the other"),
        pytest.param([Opening(MONDAY, "07:30", "17:00"), Opening(TUESDAY, "08:00", "12:00")], id="on two days"),
    ],
)
def test_a_place_may_be_open(openings: list[Opening]) -> None:
    review_openings(openings, pointer="/opening_hours")


@pytest.mark.parametrize(
    "openings",
    [
        pytest.param([Opening(MONDAY, "17:00", "07:30")], id="over night"),
        pytest.param([Opening(MONDAY, "07:30", "07:30")], id="for no time"),
        pytest.param([Opening(MONDAY, "10:00", "17:00"), Opening(MONDAY, "07:30", "11:30")], id="twice at one time"),
    ],
)
def test_or_may_not(openings: list[Opening]) -> None:
    with pytest.raises(OpeningHoursInvalid) as refusal:
        review_openings(openings, pointer="/opening_hours")
    assert refusal.value.pointer == "/opening_hours"
