"""Requests of people that nobody has answered in time: the province is told."""

from registry.api.clock import end_of
from registry.db import subject_requests, tasks, trail
from registry.domain.task import RULES, TaskKind
from registry.worker.job import Shift

ENTITY = "subject_request"


async def tell_of_overdue_requests(shift: Shift) -> None:
    """Keep a task of the province open for each request that is overdue, and for no other."""
    session, kind = shift.session, TaskKind.SUBJECT_REQUEST_OVERDUE
    overdue = {request.id: request for request in await subject_requests.overdue(session, today=shift.today)}
    open_for = {row.record_id: row for row in await tasks.open_of(session, kind)}
    for request_id in overdue.keys() - open_for.keys():
        request = overdue[request_id]
        await tasks.open_task(
            session,
            kind=kind,
            entity=ENTITY,
            record_id=request_id,
            unit_id=request.unit_id,
            person_id=request.person_id,
            opened_by=shift.act.author,
            opened_at=shift.now,
            due_at=end_of(request.due_on) + RULES[kind].due_after,
        )
        await trail.audit(session, shift.act, persons=(request.person_id,), entity=ENTITY, record_id=request_id)
    for request_id in open_for.keys() - overdue.keys():
        tasks.cancel(open_for[request_id])
