"""Reminders of what nobody has done in time: one open task for each record that is overdue, and for no other."""

from collections.abc import Iterable

from registry.api.clock import end_of
from registry.db import tasks, trail
from registry.db.overdue import Overdue
from registry.domain.task import RULES, TaskKind
from registry.worker.job import Shift


async def remind(shift: Shift, kind: TaskKind, entity: str, records: Iterable[Overdue]) -> None:
    """Open the tasks that are missing, and take back those whose record has been seen to."""
    session = shift.session
    overdue = {(record.person_id, record.id): record for record in records}
    open_for = {(row.person_id, row.record_id): row for row in await tasks.open_of(session, kind)}
    for record in (overdue[key] for key in overdue.keys() - open_for.keys()):
        await tasks.open_task(
            session,
            kind=kind,
            entity=entity,
            record_id=record.id,
            unit_id=record.unit_id,
            person_id=record.person_id,
            opened_by=shift.act.author,
            opened_at=shift.now,
            due_at=end_of(record.due_on) + RULES[kind].due_after,
        )
        await trail.audit(session, shift.act, persons=(record.person_id,), entity=entity, record_id=record.id)
    for row in (open_for[key] for key in open_for.keys() - overdue.keys()):
        await tasks.cancel(session, row, shift.act)
