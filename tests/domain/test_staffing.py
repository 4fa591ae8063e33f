"""Who works at a point beside the norm of its programme on a day."""

from datetime import date
from itertools import combinations
from uuid import uuid4

import pytest

from registry import staffing_norms
from registry.domain.staffing import (
    COMMUNITY_COUNSELLING,
    Appointed,
    Norm,
    RoleStaffing,
    StaffingNormUnknown,
    StaffRole,
    WorkingTime,
    in_force,
    require_programme,
    staffing_of,
)

FROM, UNTIL = date(2020, 6, 26), date(2026, 7, 1)
NORM = Norm("a programme", FROM, UNTIL, "a source", {StaffRole.HEAD: 1, StaffRole.COUNSELLOR: 2})
LATER = Norm("a programme", UNTIL, None, "another source", {StaffRole.HEAD: 2})
ALWAYS = Norm("another programme", None, None, "a source", {StaffRole.HEAD: 1})
FULL, PART = WorkingTime.FULL_TIME, WorkingTime.PART_TIME


def test_roles_of_the_norm_are_shown_though_nobody_has_them() -> None:
    assert staffing_of(NORM, []) == (RoleStaffing(StaffRole.HEAD, 1, 0, 0), RoleStaffing(StaffRole.COUNSELLOR, 2, 0, 0))


def test_somebody_appointed_twice_to_a_role_is_one_and_full_time_in_either() -> None:
    worker = uuid4()

    (head, *_) = staffing_of(NORM, [Appointed(worker, StaffRole.HEAD, FULL), Appointed(worker, StaffRole.HEAD, PART)])

    assert (head.appointed_count, head.full_time_count, head.missing_count) == (1, 1, 0)


def test_more_than_the_norm_misses_nobody_and_what_it_does_not_ask_for_is_shown() -> None:
    appointed = [Appointed(uuid4(), role, PART) for role in (StaffRole.HEAD, StaffRole.HEAD, StaffRole.VOLUNTEER)]

    head, counsellor, volunteer = staffing_of(NORM, appointed)

    assert (head.missing_count, counsellor.missing_count) == (0, 2)
    assert (volunteer.role, volunteer.required_count, volunteer.appointed_count) == (StaffRole.VOLUNTEER, 0, 1)


def test_without_a_norm_nobody_is_missing_and_who_is_there_is_shown() -> None:
    assert staffing_of(None, []) == ()
    assert staffing_of(None, [Appointed(uuid4(), StaffRole.HEAD, FULL)]) == (RoleStaffing(StaffRole.HEAD, 0, 1, 1),)


@pytest.mark.parametrize(
    ("on", "norms"),
    [
        pytest.param(date(2020, 6, 25), [ALWAYS], id="the day before the first"),
        pytest.param(FROM, [NORM, ALWAYS], id="the first day"),
        pytest.param(date(2026, 6, 30), [NORM, ALWAYS], id="the last day"),
        pytest.param(UNTIL, [LATER, ALWAYS], id="the day on which the next one follows"),
    ],
)
def test_one_norm_of_a_programme_is_in_force_on_a_day(on: date, norms: list[Norm]) -> None:
    assert in_force((NORM, LATER, ALWAYS), on=on) == {norm.programme: norm for norm in norms}


def test_a_programme_without_any_norm_is_refused() -> None:
    require_programme((NORM, ALWAYS), "a programme", pointer="/programme")
    with pytest.raises(StaffingNormUnknown) as refusal:
        require_programme((NORM, ALWAYS), "no programme", pointer="/programme")
    assert refusal.value.pointer == "/programme"


class TestWhatShips:
    def test_the_programme_of_a_point_that_names_none_asks_for_one_two_and_two(self) -> None:
        norm = in_force(staffing_norms.load(), on=FROM)[COMMUNITY_COUNSELLING]

        assert norm.roles == {StaffRole.HEAD: 1, StaffRole.COUNSELLOR: 2, StaffRole.CASE_MANAGER: 2}

    def test_a_programme_has_no_two_norms_on_one_day(self) -> None:
        for one, other in combinations(staffing_norms.load(), 2):
            first = max(each.from_on or date.min for each in (one, other))
            assert one.programme != other.programme or not (one.holds_on(first) and other.holds_on(first))
