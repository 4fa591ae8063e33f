"""What the tasks of an emergency access do when they are settled."""

from registry.api.records.kind import Desk
from registry.db import emergency
from registry.db.tables.tasks import TaskRow
from registry.domain.emergency import EmergencyState, MedicalState
from registry.domain.errors import NotFound
from registry.domain.task import Decision


async def review_access(desk: Desk, task: TaskRow, decision: Decision) -> None:
    """End an access that was not justified, where it is not over; one that has left with its person ends by itself."""
    row = await emergency.lock(desk.session, task.record_id, scope=desk.actor.scope)
    if row is not None and decision is Decision.DECLINE and row.state is EmergencyState.OPEN:
        row.state = EmergencyState.ENDED
        row.version += 1


async def judge_medical(desk: Desk, task: TaskRow, decision: Decision) -> None:
    """Open medical results to an access, or keep them closed."""
    row = await emergency.lock(desk.session, task.record_id, scope=desk.actor.scope)
    if row is None:
        raise NotFound
    row.medical = MedicalState.APPROVED if decision is Decision.APPROVE else MedicalState.DECLINED
    row.version += 1
