"""Requests of people that nobody has answered in time: the province is told."""

from registry.db import overdue
from registry.db.tables.rights import SubjectRequestRow
from registry.domain.subject_request import RequestStatus
from registry.domain.task import TaskKind
from registry.worker.job import Shift
from registry.worker.overdue import remind

ENTITY = "subject_request"


async def tell_of_overdue_requests(shift: Shift) -> None:
    """Keep a task of the province open for each request that is overdue, and for no other."""
    waiting = await overdue.waiting(
        shift.session, SubjectRequestRow, status=RequestStatus.OPEN, due="due_on", today=shift.today
    )
    await remind(shift, TaskKind.SUBJECT_REQUEST_OVERDUE, ENTITY, waiting)
