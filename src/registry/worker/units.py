"""After a change of the map: whoever an ended unit had is placed where that unit is counted now."""

from uuid import UUID

from registry.db import context, moves, persons, records, tasks
from registry.db.tables.persons import PersonRow
from registry.domain.access import UnitScope
from registry.domain.atlas import Atlas
from registry.domain.task import RULES, TaskKind
from registry.worker.job import Shift

MOST = 1000
"""How many people are placed in one run; the next one takes the others."""


async def follow_the_map(shift: Shift) -> None:
    """Place people and open tasks of ended units anew. An officer is asked about those whose place is not certain.

    Each person is placed under the two units concerned, and under no other.
    """
    session, today = shift.session, shift.today
    atlas = await shift.map.read(session)
    ended = atlas.ended(today)
    await context.enter(session, UnitScope(ended), today=today)
    waiting = await tasks.units_of_open(session, ended)
    stranded = await moves.placed_in(session, ended, most=MOST)
    for unit_id in waiting:
        to_unit = atlas.current(unit_id, today)
        await context.enter(session, UnitScope((unit_id, to_unit)), today=today)
        await tasks.resettle(session, from_unit=unit_id, to_unit=to_unit)
    for person_id, unit_id in stranded:
        await _place(shift, atlas, person_id, unit_id)
    await context.act_as_worker(session)


async def _place(shift: Shift, atlas: Atlas, person_id: UUID, former_id: int) -> None:
    session, today, kind = shift.session, shift.today, TaskKind.UNIT_UNCERTAIN
    unit_id, certainty = atlas.there(former_id, today)
    await context.enter(session, UnitScope((former_id, unit_id)), today=today)
    person = await persons.lock(session, person_id, scope=UnitScope((former_id,)), today=today)
    if person is None:
        return  # moved meanwhile
    surely = person.unit_certainty.then(certainty)
    await moves.place(session, person, unit_id, surely, shift.act, today=today)
    if surely.is_sure or await tasks.lock_open(session, kind, person_id, person_id=person_id) is not None:
        return
    await tasks.open_task(
        session,
        kind=kind,
        entity=records.entity_of(PersonRow),
        record_id=person_id,
        unit_id=unit_id,
        person_id=person_id,
        opened_by=shift.act.author,
        opened_at=shift.now,
        due_at=shift.now + RULES[kind].due_after,
    )
