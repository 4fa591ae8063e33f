"""The kinds of workers of the network, their appointments and their training."""

from uuid import UUID

from registry.api.kinds.own_organisations import require_at_work, seat_of
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.staffing import (
    AppointmentBody,
    AppointmentIn,
    AppointmentOut,
    NetworkWorkerBody,
    NetworkWorkerIn,
    NetworkWorkerOut,
    WorkerTrainingBody,
    WorkerTrainingIn,
    WorkerTrainingOut,
)
from registry.api.tags import Tag
from registry.db import employment, records
from registry.db.persons import Owner
from registry.db.records import AnyRow, Key
from registry.db.tables.staffing import AppointmentRow, NetworkWorkerRow, WorkerTrainingRow
from registry.domain.access import OrganisationNotGranted, OrganisationScope, Permission, require_units
from registry.domain.organisation import OF_COMMUNES
from registry.domain.period import require_order, require_past
from registry.domain.record import NamedRecordUnknown, RecordState
from registry.domain.staffing import WorkerAppointed, WorkerKeptByOne
from registry.domain.vietnamese import name_sort_key


async def decide_worker(desk: Desk, draft: Draft[NetworkWorkerBody]) -> Decision:
    """Place a worker's entry with the organisation that keeps it, or with the unit whose office does."""
    body = draft.body
    match body.organisation_id, body.unit_code:
        case UUID() as organisation_id, None:
            unit_id = (await seat_of(desk, organisation_id, *OF_COMMUNES)).unit_id
        case None, str(code):
            office = desk.atlas.resolve(code, body.from_on, pointer="/unit_code")
            unit_id = desk.atlas.current(office.unit_id, desk.actor.today)
            require_units(desk.actor.scope, unit_id, pointer="/unit_code")
        case _:
            raise WorkerKeptByOne(pointer="/unit_code")
    return Decision(draft.columns | {"unit_id": unit_id, "sort_key": name_sort_key(body.full_name)})


async def review_void(desk: Desk, _person: Owner | None, row: AnyRow) -> None:
    """Hold the entry of a worker on whom appointments rest."""
    if await employment.is_appointed(desk.session, row.id):
        raise WorkerAppointed


async def decide_appointment(desk: Desk, draft: Draft[AppointmentBody]) -> Decision:
    """Place an appointment with its organisation; one open in a role is the database's to hold."""
    body = draft.body
    require_order(body.from_on, body.to_on, pointer="/to_on")
    await named_worker(desk, body.worker_id)
    seat = await seat_of(desk, body.organisation_id, *OF_COMMUNES)
    require_at_work(seat, draft.former, dated_by="from_on", on=body.from_on)
    return Decision(draft.columns | {"unit_id": seat.unit_id})


async def decide_training(desk: Desk, draft: Draft[WorkerTrainingBody]) -> Decision:
    """Place a training with the worker's entry; who keeps the entry says what the worker has learnt."""
    body = draft.body
    require_past(body.from_on, today=desk.actor.today, pointer="/from_on")
    require_order(body.from_on, body.to_on, pointer="/to_on")
    worker = await named_worker(desk, body.worker_id)
    scope = desk.actor.scope
    if isinstance(scope, OrganisationScope) and worker.organisation_id not in scope.organisations:
        raise OrganisationNotGranted(pointer="/worker_id")
    return Decision(draft.columns | {"unit_id": worker.unit_id, "organisation_id": worker.organisation_id})


async def named_worker(desk: Desk, worker_id: UUID, *, pointer: str = "/worker_id") -> NetworkWorkerRow:
    """Find the worker whom a record names: within the caller's units, or of their organisation's own and appointed."""
    scope, today = desk.actor.scope, desk.actor.today
    worker = await records.get(desk.session, NetworkWorkerRow, Key(worker_id), scope=scope, today=today)
    if worker is None or worker.state is RecordState.VOIDED:
        raise NamedRecordUnknown(pointer=pointer)
    return worker


WORKERS = Kind(
    table=NetworkWorkerRow,
    collection="network-workers",
    singular="network_worker",
    words="network worker",
    tag=Tag.NETWORK,
    create=NetworkWorkerIn,
    body=NetworkWorkerBody,
    out=NetworkWorkerOut,
    read=Permission.WORKER_READ,
    write=Permission.NETWORK_WRITE,
    groups=(),
    decide=decide_worker,
    dated_by="from_on",
    about="Somebody who works in the network of a commune: staff of a counselling point, member of a club's board, "
    "volunteer of a team, speaker. Workers are no persons of the register: nothing joins them to one, and no search "
    "for people finds them. What they do where is told by appointments: an organisation reads the entries of those who "
    "are or were appointed there, and changes those alone that it keeps itself.",
    examples={
        "of_an_office": {
            "id": examples.NETWORK_WORKER,
            "full_name": "Nguyễn Thị Mẫu",
            "position": "Phó Chủ tịch UBND phường",
            "employer": "UBND phường 1",
            "from_on": "2020-06-26",
            "unit_code": examples.UNIT_CODE,
        }
    },
    correction={"position": "Chủ tịch UBND phường"},
    review_void=review_void,
    void_refusals=("worker_appointed", "organisation_not_granted"),
    refers_to=("organisation_id",),
)
APPOINTMENTS = Kind(
    table=AppointmentRow,
    collection="appointments",
    singular="appointment",
    words="appointment",
    tag=Tag.NETWORK,
    create=AppointmentIn,
    body=AppointmentBody,
    out=AppointmentOut,
    read=Permission.WORKER_READ,
    write=Permission.NETWORK_WRITE,
    groups=(),
    decide=decide_appointment,
    dated_by="from_on",
    about="What a worker is at a counselling point, a club or a volunteer team, from when to when. A worker has one "
    "open appointment in a role at an organisation; several roles are several appointments.",
    examples={
        "head": {
            "id": examples.APPOINTMENT,
            "worker_id": examples.NETWORK_WORKER,
            "organisation_id": examples.COUNSELLING_POINT,
            "role": "head",
            "time": "part_time",
            "from_on": "2020-06-26",
        }
    },
    correction={"time": "full_time"},
    refers_to=("worker_id", "organisation_id"),
)
TRAININGS = Kind(
    table=WorkerTrainingRow,
    collection="worker-trainings",
    singular="worker_training",
    words="worker training",
    tag=Tag.NETWORK,
    create=WorkerTrainingIn,
    body=WorkerTrainingBody,
    out=WorkerTrainingOut,
    read=Permission.WORKER_READ,
    write=Permission.NETWORK_WRITE,
    groups=(),
    decide=decide_training,
    dated_by="from_on",
    about="A training that a worker of the network has received. A training that was held for many is an activity; "
    "this is one worker's part in it. Who keeps the worker's entry records it.",
    examples={
        "three_days": {
            "id": examples.WORKER_TRAINING,
            "worker_id": examples.NETWORK_WORKER,
            "topic": "Kỹ năng tư vấn điều trị nghiện",
            "from_on": "2020-07-06",
            "to_on": "2020-07-08",
            "hours": 24,
        }
    },
    correction={"hours": 16},
    void_refusals=("organisation_not_granted",),
    refers_to=("worker_id",),
)
