"""What the decision on an erasure order does, in the transaction of the decision."""

from registry.api.records.kind import Desk
from registry.db import erasure, merges, persons, records
from registry.db.records import Key
from registry.db.tables.rights import ErasureOrderRow
from registry.db.tables.tasks import TaskRow
from registry.domain.access import FieldGroup, Permission
from registry.domain.erasure import ErasureCoversMore, ErasureStatus
from registry.domain.errors import NotFound
from registry.domain.record import RecordState
from registry.domain.task import Decision


async def decide_erasure(desk: Desk, task: TaskRow, decision: Decision) -> None:
    """Erase the person with all entries that were merged, or note that the order was declined."""
    actor = desk.actor
    actor.require(Permission.ERASURE_WRITE)
    if task.person_id is None:
        raise LookupError("an erasure is about a person")
    person = await persons.lock(desk.session, task.person_id, scope=actor.scope, today=actor.today)
    key = Key(task.record_id, task.person_id)
    order = await records.lock(desk.session, ErasureOrderRow, key, scope=actor.scope, today=actor.today)
    if person is None or order is None:
        raise NotFound
    groups = (FieldGroup.SUBJECT_REQUEST,)
    if decision is Decision.DECLINE:
        declined = {"status": ErasureStatus.DECLINED}
        await records.change(desk.session, order, declined, actor.act, groups=groups, today=actor.today)
        return
    entries = await merges.lock_groups(desk.session, {person.root_id})
    if await merges.is_joined_since(desk.session, {entry.id for entry in entries}, order.changed_at):
        raise ErasureCoversMore
    done = {"status": ErasureStatus.ERASED, "state": RecordState.ERASED}
    await records.change(desk.session, order, done, actor.act, groups=groups, today=actor.today)
    await desk.session.flush()
    for entry in entries:
        if entry.state is not RecordState.ERASED:
            await erasure.erase(desk.session, entry, actor.act, by_order=order.id, today=actor.today)
    task.sealed_note = None  # the key that opened it is gone
