"""What the approval of a merge or of its undoing does, in the transaction of the approval."""

from uuid import UUID

from registry.api import restriction
from registry.api.records.kind import Desk
from registry.db import context, feed, merges, persons, records, tasks
from registry.db.tables.persons import PersonRow
from registry.db.tables.tasks import TaskRow
from registry.domain import merge
from registry.domain.access import FieldGroup, Permission
from registry.domain.errors import NotFound
from registry.domain.merge import MergeStatus
from registry.domain.move import Seat
from registry.domain.record import RecordState, RecordVoided
from registry.domain.task import Decision, TaskNotOpen


async def decide_merge(desk: Desk, task: TaskRow, decision: Decision) -> None:
    """Merge, undo, or leave everything as it is. Who decides must reach both."""
    actor = desk.actor
    actor.require(Permission.MERGE_WRITE)
    if task.person_id is None:
        raise LookupError("a merge is about a person")
    asked = await merges.find(desk.session, task.person_id, task.record_id)
    if asked is None:
        raise NotFound
    pair = await _locked(desk, asked.person_id, asked.into_id)
    row = await merges.lock_live(desk.session, asked.person_id)
    if row is None or row.id != task.record_id:
        raise NotFound
    by = actor.act.author
    match row.status, decision:
        case MergeStatus.REQUESTED, Decision.APPROVE:
            await _require_mergeable(desk, *pair)
            decided = {"decided_at": actor.at, "decided_by": by, "former_unit_id": pair[0].unit_id}
            merges.apply(row, MergeStatus.MERGED, **decided)
            await _follow(desk, *pair)
        case MergeStatus.REQUESTED, _:
            merges.apply(row, MergeStatus.DECLINED, decided_at=actor.at, decided_by=by)
        case MergeStatus.UNDO_REQUESTED, Decision.APPROVE:
            merges.apply(row, MergeStatus.UNDONE, undone_at=actor.at, undone_by=by)
            await _follow(desk, *pair)
        case MergeStatus.UNDO_REQUESTED, _:
            merges.apply(row, MergeStatus.MERGED, undo_reason=None, undo_requested_at=None, undo_requested_by=None)
        case _:
            raise TaskNotOpen(state=row.status)


async def _locked(desk: Desk, person_id: UUID, into_id: UUID) -> tuple[PersonRow, PersonRow]:
    """Lock both, in one order for everybody, also one who was voided since: a merge with them can be undone."""
    found = {}
    for each in sorted((person_id, into_id)):
        found[each] = await persons.lock(desk.session, each, scope=desk.actor.scope, today=desk.actor.today)
    person, into = found[person_id], found[into_id]
    if person is None or into is None:
        raise NotFound
    return person, into


async def _require_mergeable(desk: Desk, person: PersonRow, into: PersonRow) -> None:
    """Judge again what may have changed since it was asked for."""
    if RecordState.VOIDED in {person.state, into.state}:
        raise RecordVoided
    merge.require_two(person.root_id, into.root_id)
    held = await merges.history(desk.session, person.root_id), await merges.history(desk.session, into.root_id)
    merge.require_mergeable(merge.overlaps(*held))


async def _follow(desk: Desk, person: PersonRow, into: PersonRow) -> None:
    """Compute the survivor of everybody concerned from the merges, and let each go where the survivor is.

    Who is taken apart goes back where they were: that may lie beyond the reach of who decides, if the other has moved.
    """
    session, actor = desk.session, desk.actor
    await session.flush()
    people = await merges.lock_groups(session, {person.root_id, into.root_id})
    ids = [each.id for each in people]
    roots = merge.roots(ids, await merges.survivors(session, ids))
    seats = {root_id: await _seat_of(desk, root_id) for root_id in set(roots.values())}
    async with context.reaching(session, actor.scope, *(seat.unit_id for seat in seats.values()), today=actor.today):
        for each in people:
            if each.root_id != (root_id := roots[each.id]):
                await _join(desk, each, root_id, seats[root_id])
        for root_id in seats:
            await restriction.follow(desk, [each for each in people if each.root_id == root_id])


async def _seat_of(desk: Desk, root_id: UUID) -> Seat:
    """Where a survivor is on today's map: with the unit that is in charge of them."""
    charge = await persons.lock_responsibility(desk.session, root_id)
    if charge is None:
        raise NotFound
    return Seat(*desk.atlas.there(charge.responsible_unit_id, desk.actor.today))


async def _join(desk: Desk, person: PersonRow, root_id: UUID, seat: Seat) -> None:
    """Give a person another survivor, and the unit that is in charge of the survivor.

    The person's own intervals of responsibility stay as they are: figures go by the survivor's, and an undone merge
    finds them again.
    """
    actor, session, left = desk.actor, desk.session, person.unit_id
    values = {"root_id": root_id, "unit_certainty": seat.certainty}
    await records.change(session, person, values, actor.act, groups=(FieldGroup.PERSON,), today=actor.today)
    person.unit_id = seat.unit_id
    await session.flush()  # carries the unit to every row of the person
    await merges.carry_root(session, person)
    if left != seat.unit_id:
        await tasks.follow(session, person.id, from_unit=left, to_unit=seat.unit_id)
        await feed.move(session, person_id=person.id, from_unit=left, to_unit=seat.unit_id)
