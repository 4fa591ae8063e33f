"""The sheet of a counselling session: one record for the session, and one for each person on file who took part."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from registry.api.kinds.counselling import ATTENDANCES
from registry.api.notices import notice
from registry.api.records.kind import Desk
from registry.api.schemas import examples
from registry.api.schemas.counselling import AttendanceIn, AttendeeIn, AttendeeResult
from registry.api.schemas.push import CreateOperationIn, RawOperation
from registry.api.sync.push import applying
from registry.api.sync.push.answer import told
from registry.api.sync.push.desks import Desks
from registry.api.sync.push.keeping import faults_of
from registry.api.sync.push.outcome import Outcome
from registry.api.sync.push.reading import Operation, Sent
from registry.db.records import Key
from registry.domain.sync import PushVerb, SyncKind

_ATTENDEE = {"id": examples.SHEET_ATTENDANCE, "person_id": examples.PERSON, "legal_basis": "consent"}
_GROUP = {"id": examples.SHEET, "form": "group", "attendees": [_ATTENDEE], "family_count": 2}
EXAMPLE: dict[str, Any] = {
    "sheet": {
        "summary": "sheet",
        "value": {"organisation_id": examples.COUNSELLING_POINT, "held_on": "2020-07-10"} | _GROUP,
    }
}


async def attend(desks: Desks, session_id: UUID, attendees: Sequence[AttendeeIn]) -> list[AttendeeResult]:
    """Record each attendee by the rules of the attendance's own route, isolated from the others."""
    operations = [_recording(place, session_id, attendee) for place, attendee in enumerate(attendees)]
    outcomes = await applying.apply(desks, operations)
    await applying.leave_denials(desks, outcomes)
    return [_result(desks.desk, each, outcome) for each, outcome in zip(attendees, outcomes, strict=True)]


def _recording(place: int, session_id: UUID, attendee: AttendeeIn) -> Operation:
    said = CreateOperationIn(
        ref=str(place),
        op=PushVerb.CREATE,
        kind=SyncKind.ATTENDANCE,
        person_id=attendee.person_id,
        id=attendee.id,
        body={},
    )
    stated = attendee.model_dump(exclude={"person_id"}, exclude_unset=True)
    body = AttendanceIn(session_id=session_id, **stated)
    key = Key(attendee.id, attendee.person_id)
    return Operation(Sent(place, RawOperation(), said.ref), said, ATTENDANCES, key, body)


def _result(desk: Desk, attendee: AttendeeIn, outcome: Outcome) -> AttendeeResult:
    refusal, place, language = outcome.refusal, f"/attendees/{outcome.sent.place}", desk.language
    faults = [] if refusal is None else faults_of(refusal)
    remarks = () if outcome.done is None else outcome.done.remarks
    return AttendeeResult(
        index=outcome.sent.place,
        id=attendee.id,
        person_id=attendee.person_id,
        status=outcome.status,
        code=None if refusal is None else refusal.code,
        errors=[told(fault.code, fault.facts, language, pointer=place) for fault in faults],
        warnings=[notice(remark.code, language, pointer=place) for remark in remarks],
    )
