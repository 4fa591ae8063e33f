"""The kind of requests that people make about their own data."""

from registry.api import restriction
from registry.api.clock import end_of
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.rights import SubjectRequestBody, SubjectRequestIn, SubjectRequestOut
from registry.api.tags import Tag
from registry.api.tasks import duties
from registry.api.tasks.duties import About
from registry.db import merges, persons, records, subject_requests
from registry.db.records import AnyRow
from registry.db.tables.rights import SubjectRequestRow
from registry.domain import subject_request
from registry.domain.access import FieldGroup, Permission
from registry.domain.person import Processing
from registry.domain.record import RecordState
from registry.domain.subject_request import RequestStatus, SubjectRequest
from registry.domain.task import TaskKind


async def decide_request(desk: Desk, draft: Draft[SubjectRequestBody]) -> Decision:
    """Judge a request, and set its clock."""
    body = draft.body
    request = SubjectRequest(
        kind=body.kind,
        received_on=body.received_on,
        requester=body.requester,
        representation=body.representation,
        answered_on=body.answered_on,
        decision=body.decision,
        reason=body.reason,
        withdrawn_on=body.withdrawn_on,
        lifted_on=body.lifted_on,
    )
    subject_request.review(request, today=desk.actor.today)
    due_on = desk.calendar.end_of_term(body.received_on, subject_request.ANSWER_DAYS)
    return Decision(draft.columns | {"due_on": due_on, "status": request.status})


async def follow_request(desk: Desk, row: AnyRow) -> None:
    """Bring the inboxes and the person into step with a request."""
    if not isinstance(row, SubjectRequestRow):
        raise TypeError
    await _remind(desk, row)
    await _restrict(desk, row)


async def _remind(desk: Desk, row: SubjectRequestRow) -> None:
    about = About(records.entity_of(SubjectRequestRow), row.id, row.unit_id, row.person_id)
    if row.status is RequestStatus.OPEN and row.state is RecordState.ACTIVE:
        await duties.wait(desk, TaskKind.SUBJECT_REQUEST_DUE, about, due_at=end_of(row.due_on))
        return
    for kind in (TaskKind.SUBJECT_REQUEST_DUE, TaskKind.SUBJECT_REQUEST_OVERDUE):
        await duties.end(desk, kind, about, is_done=row.status is RequestStatus.ANSWERED)


async def _restrict(desk: Desk, row: SubjectRequestRow) -> None:
    actor, session = desk.actor, desk.session
    person = await persons.lock(session, row.person_id, scope=actor.scope, today=actor.today)
    if person is None:
        return
    in_force = await subject_requests.exists_restriction(session, [person.id])
    if in_force or person.processing is Processing.RESTRICTED:  # else two who write of two entries hold each other up
        await restriction.follow(desk, await merges.lock_groups(session, {person.root_id}))


REQUESTS = Kind(
    table=SubjectRequestRow,
    collection="subject-requests",
    singular="subject_request",
    words="request of the person",
    tag=Tag.RIGHTS,
    create=SubjectRequestIn,
    body=SubjectRequestBody,
    out=SubjectRequestOut,
    read=Permission.SUBJECT_REQUEST_READ,
    write=Permission.SUBJECT_REQUEST_WRITE,
    groups=(FieldGroup.SUBJECT_REQUEST,),
    decide=decide_request,
    dated_by="received_on",
    about="What the person, or a representative, asked of the register about the person's own data "
    "(Law 91/2025/QH15). An answer is due within two working days. A restriction or an objection that is granted "
    "restricts the person's data until it is lifted.",
    examples={
        "access": {
            "id": examples.SUBJECT_REQUEST,
            "kind": "access",
            "received_on": "2026-11-19",
            "channel": "in_person",
            "requester": "self",
        }
    },
    correction={"channel": "post"},
    follow=follow_request,
)
