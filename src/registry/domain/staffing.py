"""Who works at what a commune sets up: dated appointments, and the norm that a programme asks for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from registry.domain.errors import RuleViolation

COMMUNITY_COUNSELLING = "community_counselling"
"""The programme of counselling points that name none: điểm tư vấn, chăm sóc, hỗ trợ điều trị nghiện tại cộng đồng."""


class StaffRole(StrEnum):
    """What somebody is appointed as at a point, a club or a team."""

    HEAD = "head"
    COUNSELLOR = "counsellor"
    CASE_MANAGER = "case_manager"
    CHAIR = "chair"
    BOARD_MEMBER = "board_member"
    LEADER = "leader"
    DEPUTY = "deputy"
    VOLUNTEER = "volunteer"


class WorkingTime(StrEnum):
    """How much of their time somebody gives."""

    FULL_TIME = "full_time"
    PART_TIME = "part_time"


class AppointmentAlreadyOpen(RuleViolation):
    """The worker has this role at this organisation already; end that appointment first."""

    code = "appointment_already_open"


class WorkerAppointed(RuleViolation):
    """Appointments rest on the entry of a worker: void them first."""

    code = "worker_appointed"


class WorkerKeptByOne(RuleViolation):
    """A worker's entry is kept by an organisation or by the office of a unit: by one of them."""

    code = "worker_kept_by_one"


class StaffingNormUnknown(RuleViolation):
    """No norm of staffing is known of the programme."""

    code = "staffing_norm_unknown"


@dataclass(frozen=True, slots=True)
class Norm:
    """How many people of each role a programme asks for, in which period, and where that is said."""

    programme: str
    from_on: date | None
    to_on: date | None
    source: str
    roles: Mapping[StaffRole, int]

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day: from its first day until (but without) its last one."""
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day < self.to_on)


@dataclass(frozen=True, slots=True)
class Appointed:
    """One appointment that stands on the day asked about."""

    worker_id: UUID
    role: StaffRole
    time: WorkingTime


@dataclass(frozen=True, slots=True)
class RoleStaffing:
    """How a role is filled. People are counted once for a role, however often they are appointed to it."""

    role: StaffRole
    required_count: int
    appointed_count: int
    full_time_count: int

    @property
    def missing_count(self) -> int:
        """How many are missing; nobody where the role has more than the norm."""
        return max(self.required_count - self.appointed_count, 0)


def require_programme(norms: Iterable[Norm], programme: str, *, pointer: str) -> None:
    """Refuse the name of a programme of which no norm is known."""
    if all(norm.programme != programme for norm in norms):
        raise StaffingNormUnknown(pointer=pointer)


def in_force(norms: Iterable[Norm], *, on: date) -> Mapping[str, Norm]:
    """Find the norms that hold on a day, by their programmes."""
    return {norm.programme: norm for norm in norms if norm.holds_on(on)}


def staffing_of(norm: Norm | None, appointments: Iterable[Appointed]) -> tuple[RoleStaffing, ...]:
    """Compare who is appointed with a norm, role by role; roles that nobody asks for and nobody has are left out."""
    asked = {} if norm is None else norm.roles
    held: dict[StaffRole, dict[UUID, bool]] = {role: {} for role in StaffRole}
    for each in appointments:
        workers = held[each.role]
        is_full = each.time is WorkingTime.FULL_TIME
        workers[each.worker_id] = is_full or workers.get(each.worker_id, False)
    return tuple(
        RoleStaffing(role, asked.get(role, 0), len(workers), sum(workers.values()))
        for role, workers in held.items()
        if workers or role in asked
    )
