"""Requests of people that nobody has answered in time: the province is told."""

from registry.db import subject_requests
from registry.domain.task import TaskKind
from registry.worker.job import Shift
from registry.worker.overdue import remind

ENTITY = "subject_request"


async def tell_of_overdue_requests(shift: Shift) -> None:
    """Keep a task of the province open for each request that is overdue, and for no other."""
    overdue = await subject_requests.overdue(shift.session, today=shift.today)
    await remind(shift, TaskKind.SUBJECT_REQUEST_OVERDUE, ENTITY, overdue)
