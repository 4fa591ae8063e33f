"""Bodies of who works in the network: workers, appointments, training, and how a point is staffed."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from registry.api.pagination import Page
from registry.api.schemas import examples
from registry.api.schemas.fields import AsNumber, Day, In, Line, Out, UnitCode
from registry.api.schemas.records import NewRecord, RecordOut
from registry.domain.staffing import COMMUNITY_COUNSELLING, StaffRole, WorkingTime


class NetworkWorkerFields(BaseModel):
    """Somebody who works in the network: staff, volunteer, board member or speaker.

    Workers are no persons of the register, and are never compared with one. Their names are shown to those who work
    with the network within their unit or organisation, and stand in no directory.
    """

    full_name: Line = Field(description="Name.", examples=["Nguyễn Thị Mẫu"])
    position: Line | None = Field(
        default=None, description="Position in the own office.", examples=["Phó Chủ tịch UBND phường"]
    )
    employer: Line | None = Field(default=None, description="Own office or employer.", examples=["UBND phường 1"])
    contact: Line | None = Field(
        default=None, description="How to reach them at work: an office's telephone or mail address."
    )
    from_on: Day = Field(description="Since when they have been known to the network.", examples=["2020-06-26"])
    unit_code: UnitCode | None = Field(
        default=None,
        description="The unit whose office keeps the entry, by its code on `from_on`; null where an organisation does.",
        examples=["22015"],
    )
    organisation_id: UUID | None = Field(
        default=None,
        description="The point, club or team that keeps the entry; null where a unit's office does. Others read it who "
        "have appointed the worker.",
    )


class NetworkWorkerBody(In, NetworkWorkerFields):
    """A worker of the network."""


class NetworkWorkerIn(NewRecord, NetworkWorkerFields):
    """A new worker of the network."""


class NetworkWorkerOut(RecordOut, NetworkWorkerFields):
    """A worker of the network."""


class NetworkWorkerPage(Page[NetworkWorkerOut]):
    """One page of workers of the network, in Vietnamese order of their names."""


class AppointmentFields(BaseModel):
    """What a worker is at a counselling point, a club or a team, from when to when."""

    worker_id: UUID = Field(description="The worker.", examples=[examples.NETWORK_WORKER])
    organisation_id: UUID = Field(description="The point, club or team.", examples=[examples.COUNSELLING_POINT])
    role: StaffRole = Field(
        description="Points: `head`, `counsellor`, `case_manager`. Clubs: `chair`, `board_member`. Teams: `leader`, "
        "`deputy`, `volunteer`.",
        examples=["head"],
    )
    time: WorkingTime = Field(description="Full or part time.", examples=["part_time"])
    from_on: Day = Field(description="First day.", examples=["2020-06-26"])
    to_on: Day | None = Field(default=None, description="First day on which it no longer holds; null while it does.")


class AppointmentBody(In, AppointmentFields):
    """An appointment."""


class AppointmentIn(NewRecord, AppointmentFields):
    """A new appointment."""


class AppointmentOut(RecordOut, AppointmentFields):
    """An appointment."""


class AppointmentPage(Page[AppointmentOut]):
    """One page of appointments, the oldest first."""


class WorkerTrainingFields(BaseModel):
    """A training that a worker has received."""

    worker_id: UUID = Field(description="The worker.", examples=[examples.NETWORK_WORKER])
    topic: Line = Field(description="What it was about.", examples=["Kỹ năng tư vấn điều trị nghiện"])
    organiser: Line | None = Field(
        default=None, description="Who held it.", examples=["Chi cục Phòng, chống tệ nạn xã hội"]
    )
    from_on: Day = Field(description="First day. Not after today.", examples=["2020-07-06"])
    to_on: Day = Field(description="Last day.", examples=["2020-07-08"])
    hours: Annotated[int, Field(ge=1, le=2000), AsNumber] | None = Field(
        default=None, description="How many hours in all.", examples=[24]
    )


class WorkerTrainingBody(In, WorkerTrainingFields):
    """A training received."""


class WorkerTrainingIn(NewRecord, WorkerTrainingFields):
    """A new record of a training received."""


class WorkerTrainingOut(RecordOut, WorkerTrainingFields):
    """A training received."""


class WorkerTrainingPage(Page[WorkerTrainingOut]):
    """One page of trainings received, the oldest first."""


Count = Annotated[int, Field(ge=0, le=100_000)]


class RoleStaffingOut(Out):
    """How one role is filled."""

    role: StaffRole = Field(description="The role.")
    required_count: Count = Field(description="How many the norm asks for; 0 where it asks for none.")
    appointed_count: Count = Field(description="How many are appointed on the day.")
    full_time_count: Count = Field(description="How many of these full time.")
    missing_count: Count = Field(description="How many are missing; 0 where the norm is met.")


class StaffingOut(Out):
    """How a counselling point is staffed on a day, beside the norm of its programme."""

    counselling_point_id: UUID = Field(description="The point.")
    on: date = Field(description="The day.")
    programme: str = Field(
        description="The programme of the point, whose norm it is.", max_length=40, examples=[COMMUNITY_COUNSELLING]
    )
    source: str | None = Field(
        description="Where the norm is taken from; null where none of the programme is in force on the day.",
        max_length=400,
    )
    roles: list[RoleStaffingOut] = Field(description="Role by role.", max_length=len(StaffRole))
    required_count: Count = Field(description="How many the norm asks for in all.")
    appointed_count: Count = Field(description="How many are appointed in all, each counted once for a role.")
    is_below_norm: bool | None = Field(
        description="Whether somebody is missing in any role; null where no norm is in force on the day."
    )


class RoleNormOut(Out):
    """How many people of a role a norm asks for."""

    role: StaffRole = Field(description="The role.")
    required_count: Count = Field(description="How many it asks for.")


class StaffingNormOut(Out):
    """How many people of each role a programme asks for at a counselling point, in a period."""

    programme: str = Field(description="The programme.", examples=[COMMUNITY_COUNSELLING], max_length=40)
    from_on: Day | None = Field(description="From this day on; null where no text was found that says since when.")
    to_on: Day | None = Field(description="Until (but without) this day; null while it holds.")
    source: str = Field(description="Where it is laid down or told of.", max_length=400)
    roles: list[RoleNormOut] = Field(description="Role by role.", max_length=len(StaffRole))


class StaffingNormsOut(Out):
    """All norms of staffing."""

    items: list[StaffingNormOut] = Field(description="The norms, by programme and period.", max_length=200)
