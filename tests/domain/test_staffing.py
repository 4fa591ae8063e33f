"""Who works at a point beside the norm."""

from uuid import uuid4

from registry.domain.staffing import Appointed, Norm, RoleStaffing, StaffRole, WorkingTime, staffing_of

NORM = Norm("a programme", "a source", {StaffRole.HEAD: 1, StaffRole.COUNSELLOR: 2})
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
