"""The kinds of counselling sessions and of attendances."""

from typing import Any

from registry.api.kinds.own_organisations import seat_of
from registry.api.kinds.staffing import named_worker
from registry.api.kinds.support import open_reach, withdraw_reach
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.counselling import (
    AttendanceBody,
    AttendanceIn,
    AttendanceOut,
    SessionBody,
    SessionIn,
    SessionOut,
    SheetIn,
)
from registry.api.tags import Tag
from registry.db import counselling as stored
from registry.db.persons import Owner
from registry.db.records import AnyRow
from registry.db.tables.counselling import AttendanceRow, CounsellingSessionRow
from registry.domain import counselling
from registry.domain.access import FieldGroup, Permission
from registry.domain.counselling import Session, SessionAttended
from registry.domain.organisation import OF_COMMUNES, ReachReason
from registry.domain.record import NamedRecordUnknown, RecordState


async def decide_session(desk: Desk, draft: Draft[SessionBody | SheetIn]) -> Decision:
    """Judge a sheet, and place the session on the map of its day."""
    body, former, today = draft.body, draft.former, desk.actor.today
    host = await seat_of(desk, body.organisation_id, *counselling.hosts_of(body.form))
    if isinstance(former, CounsellingSessionRow) and _fixed_in(former) != _fixed_in(body):
        await _require_unattended(desk, former)
    for name in ("counsellor_id", "speaker_id"):
        worker_id = getattr(body, name)
        if worker_id is not None and worker_id != getattr(former, name, None):
            await named_worker(desk, worker_id, pointer=f"/{name}")
    columns = _stated(body)
    session = Session(
        form=body.form,
        held_on=body.held_on,
        has_topic=body.topic is not None,
        has_speaker=body.speaker_id is not None,
        on_file_count=columns["on_file_count"],
        other_counts=(body.family_count, body.at_risk_count, body.community_count, body.other_count),
    )
    counselling.review(session, opened_on=host.opened_on, closed_on=host.closed_on, today=today)
    commune, _ = desk.atlas.there(host.site_unit_id, body.held_on)
    return Decision(columns | {"unit_id": host.unit_id, "commune_unit_id": commune})


async def review_void_of_session(desk: Desk, _person: Owner | None, row: AnyRow) -> None:
    """Take no session from under those who attended it."""
    if isinstance(row, CounsellingSessionRow):
        await _require_unattended(desk, row)


async def decide_attendance(desk: Desk, draft: Draft[AttendanceBody]) -> Decision:
    """Judge who is named as having attended, and let the organisation of the session reach them."""
    body, former = draft.body, draft.former
    if isinstance(former, AttendanceRow) and former.session_id == body.session_id:
        await _open(desk, draft, former)
        return Decision(draft.columns)
    actor = desk.actor
    held = await stored.hold(desk.session, body.session_id, scope=actor.scope, today=actor.today)
    if held is None or held.state is RecordState.VOIDED:
        raise NamedRecordUnknown(pointer="/session_id")
    counselling.require_named(held.form)
    await _open(desk, draft, held)
    return Decision(draft.columns | {"organisation_id": held.organisation_id, "held_on": held.held_on})


async def _open(desk: Desk, draft: Draft[AttendanceBody], held: AttendanceRow | CounsellingSessionRow) -> None:
    """Let the organisation reach whom it counselled on the day."""
    await open_reach(
        desk,
        draft,
        *OF_COMMUNES,
        because=ReachReason.COUNSELLING,
        organisation_id=held.organisation_id,
        basis=draft.body.legal_basis,
        ended_on=held.held_on,
    )


def _fixed_in(session: SessionBody | SheetIn | CounsellingSessionRow) -> tuple[object, ...]:
    """What attendances rest on."""
    return session.organisation_id, session.held_on, session.form


async def _require_unattended(desk: Desk, row: CounsellingSessionRow) -> None:
    if await stored.is_attended(desk.session, row.id):
        raise SessionAttended


def _stated(body: SessionBody | SheetIn) -> dict[str, Any]:
    """What a sheet says of the session itself; it counts those on file by naming them, unless it says how many."""
    columns = body.model_dump(exclude={"id", "attendees"})
    if isinstance(body, SheetIn) and body.on_file_count is None:
        columns["on_file_count"] = len({attendee.person_id for attendee in body.attendees})
    return columns


SESSIONS = Kind(
    table=CounsellingSessionRow,
    collection="sessions",
    singular="session",
    words="counselling session",
    tag=Tag.NETWORK,
    create=SessionIn,
    body=SessionBody,
    out=SessionOut,
    read=Permission.NETWORK_READ,
    write=Permission.NETWORK_WRITE,
    groups=(),
    decide=decide_session,
    dated_by="held_on",
    about="One counselling session of a point, a club or a team, or one meeting of a club: how it was held, on what, "
    "and how many took part. "
    "It shows numbers and nobody: who on file took part is an attendance under the person. The numbers are those of "
    "the sheet, and stay so when people move away, are voided or erased.",
    examples={
        "talk": {
            "id": examples.SESSION,
            "organisation_id": examples.COUNSELLING_POINT,
            "held_on": "2020-07-03",
            "form": "talk",
            "topic": "Dự phòng tái nghiện",
            "speaker_id": examples.NETWORK_WORKER,
            "on_file_count": 12,
            "community_count": 25,
        },
        "meeting": {
            "id": examples.CLUB_MEETING,
            "organisation_id": examples.CLUB,
            "held_on": "2020-07-11",
            "form": "meeting",
            "topic": "Vay vốn, tìm việc làm",
            "on_file_count": 8,
            "family_count": 5,
        },
    },
    correction={"family_count": 3},
    review_void=review_void_of_session,
    void_refusals=("session_attended",),
    refers_to=("organisation_id", "counsellor_id", "speaker_id"),
)
ATTENDANCES = Kind(
    table=AttendanceRow,
    collection="attendances",
    singular="attendance",
    words="attendance of a counselling session",
    tag=Tag.SUPPORT,
    create=AttendanceIn,
    body=AttendanceBody,
    out=AttendanceOut,
    read=Permission.SUPPORT_READ,
    write=Permission.SUPPORT_WRITE,
    groups=(FieldGroup.SUPPORT,),
    decide=decide_attendance,
    dated_by="held_on",
    about="The person took part in a counselling session, or in a meeting of a club. The organisation that held it "
    "then reaches the person's name, year of birth and phone until some time after the session. Prevention counselling "
    "names nobody.",
    examples={"by_consent": {"id": examples.ATTENDANCE, "session_id": examples.SESSION, "legal_basis": "consent"}},
    correction={"legal_basis": "statutory_duty"},
    follow=withdraw_reach,
    refers_to=("session_id",),
)
