"""Moves that nobody has answered in time: the person stays, and who asked is told."""

from registry.db import context, moves, records, tasks
from registry.db.tables.moves import MoveRow
from registry.domain.access import FieldGroup, UnitScope
from registry.domain.move import MoveStatus
from registry.domain.record import RecordState
from registry.domain.task import TaskKind
from registry.worker.job import Shift

MOST = 500
"""How many are ended in one run; the next one takes the others."""


async def end_unanswered_moves(shift: Shift) -> None:
    """Write down that moves have expired; nobody could answer them from that instant on.

    The change is a record's like any other, so each is made under the one unit that has the person.
    """
    session, today = shift.session, shift.today
    for due in await moves.unanswered(session, at=shift.now, most=MOST):
        scope = UnitScope((due.unit_id,))
        await context.enter(session, scope, today=today)
        row = await records.lock(session, MoveRow, due.key, scope=scope, today=today)
        if row is None or row.status is not MoveStatus.REQUESTED or row.state is not RecordState.ACTIVE:
            continue  # answered or taken back meanwhile
        expired = {"status": MoveStatus.EXPIRED}
        await records.change(session, row, expired, shift.act, groups=(FieldGroup.RESIDENCE,), today=today)
        await tasks.open_task(
            session,
            kind=TaskKind.MOVE_NOTICE,
            entity=records.entity_of(MoveRow),
            record_id=row.id,
            unit_id=row.unit_id,
            person_id=row.person_id,
            opened_by=shift.act.author,
            opened_at=shift.now,
        )
    await context.act_as_worker(session)
