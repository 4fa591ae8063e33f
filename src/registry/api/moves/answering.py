"""What the answer to a move does, in the transaction of the answer."""

from collections.abc import Mapping
from typing import Any

from registry.api.records.kind import Desk
from registry.api.tasks import duties
from registry.api.tasks.duties import About
from registry.db import context, moves, persons, records, tasks
from registry.db.moves import Charge
from registry.db.records import Key
from registry.db.tables.moves import MoveRow
from registry.db.tables.persons import PersonRow
from registry.db.tables.tasks import TaskRow
from registry.domain import move
from registry.domain.access import FieldGroup, UnitScope
from registry.domain.errors import NotFound
from registry.domain.move import MoveStatus
from registry.domain.record import RecordState, RecordVoided
from registry.domain.task import Decision, TaskKind

GROUPS = (FieldGroup.RESIDENCE,)


async def answer_move(desk: Desk, task: TaskRow, decision: Decision) -> None:
    """Take the person on, or leave them where they are and tell who asked."""
    actor, session = desk.actor, desk.session
    if task.person_id is None:
        raise LookupError("a move is about a person")
    offer = await moves.offer(session, person_id=task.person_id, move_id=task.record_id)
    if offer is None:
        raise NotFound
    origin = UnitScope((offer.from_unit_id,))
    async with context.reaching(session, actor.scope, offer.from_unit_id, today=actor.today):
        person = await persons.lock(session, task.person_id, scope=origin, today=actor.today)
        key = Key(task.record_id, task.person_id)
        row = await records.lock(session, MoveRow, key, scope=origin, today=actor.today)
        if person is None or row is None:
            raise NotFound
        move.require_open(row.status)
        if decision is Decision.APPROVE:
            await take_on(desk, person, row)
            await session.refresh(row)  # it has come along to the new unit
            await _settled(desk, row, {"status": MoveStatus.ACCEPTED})
        else:
            await _settled(desk, row, {"status": MoveStatus.DECLINED})
            await tell(desk, row, unit_id=offer.from_unit_id)


async def take_on(desk: Desk, person: PersonRow, row: MoveRow) -> None:
    """Hand a locked person over, with all who were merged with them. The transaction reaches both units."""
    actor, session = desk.actor, desk.session
    if person.state is RecordState.VOIDED:
        raise RecordVoided
    former = await persons.lock_responsibility(session, person.root_id)
    if former is not None:
        move.require_later(row.moved_on, since=former.from_on)
    unit_id, certainty = desk.atlas.there(row.place_unit_id, actor.today)
    charge = Charge(row.place_unit_id, unit_id, certainty, row.moved_on)
    for each in await moves.lock_merged(session, person):
        await moves.relocate(session, each, charge, actor.act, today=actor.today)
        if certainty.is_sure:
            about = About(records.entity_of(PersonRow), each.id, unit_id, each.id)
            await duties.end(desk, TaskKind.UNIT_UNCERTAIN, about, is_done=True)


async def tell(desk: Desk, row: MoveRow, *, unit_id: int) -> None:
    """Tell a commune how a move has ended."""
    await tasks.open_task(
        desk.session,
        kind=TaskKind.MOVE_NOTICE,
        entity=records.entity_of(MoveRow),
        record_id=row.id,
        unit_id=unit_id,
        person_id=row.person_id,
        opened_by=desk.actor.act.author,
        opened_at=desk.actor.at,
    )


async def _settled(desk: Desk, row: MoveRow, values: Mapping[str, Any]) -> None:
    await records.change(desk.session, row, values, desk.actor.act, groups=GROUPS, today=desk.actor.today)
