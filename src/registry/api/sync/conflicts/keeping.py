"""Keeping conflicts: each once, under the key of the person whom it is about, with a task for who is in charge."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID, uuid4

from registry.api.clock import end_of
from registry.api.records.kind import Desk
from registry.api.schemas.push import ChangeOperationIn, CreateOperationIn
from registry.api.sync.kinds import is_about_somebody
from registry.api.sync.push.desks import Desks
from registry.api.sync.push.merging import FieldsInConflict
from registry.api.sync.push.outcome import Outcome
from registry.api.sync.push.reading import Operation
from registry.api.tasks import duties
from registry.api.tasks.duties import About
from registry.db import context, merges, persons, records, sync_conflicts, trail
from registry.db.tables.sync import SyncConflictRow
from registry.domain import conflict
from registry.domain.sync import PushStatus
from registry.domain.task import TaskKind

ENTITY = str(SyncConflictRow.__tablename__)


async def places(desks: Desks, outcomes: Iterable[Outcome]) -> dict[UUID, int]:
    """Find the units that are in charge of the people whom conflicts are about.

    What is about nobody is not among them, nor who cannot be found any more: that is kept like a refusal.
    """
    found: dict[UUID, int] = {}
    asked: dict[str, tuple[Desk, set[UUID]]] = {}
    for outcome in outcomes:
        operation = outcome.operation
        if outcome.status is PushStatus.CONFLICT and operation is not None and is_about_somebody(operation.kind):
            desk = desks.of(operation.kind)
            asked.setdefault(operation.kind.singular, (desk, set()))[1].add(operation.owner or operation.key.id)
    for desk, people in asked.values():
        await desks.sit_down(desk)
        scope = desk.actor.scope
        found |= await merges.units_of_taken(desk.session, people, scope=scope)
        held = await persons.hold(desk.session, people, scope=scope, today=desk.actor.today)
        found |= {person.id: person.unit_id for person in held}
    return found


async def keep(desk: Desk, outcome: Outcome, fingerprint: bytes, *, unit_id: int) -> UUID:
    """Keep one conflict and ask for somebody to look at it. The transaction reaches the unit."""
    operation, refusal, actor = outcome.operation, outcome.refusal, desk.actor
    if operation is None or operation.owner is None or refusal is None:
        raise LookupError("a conflict is about a person's record")
    conflict_id, owner = uuid4(), operation.owner
    present = await records.find(desk.session, operation.kind.table, operation.key)
    columns = {
        "id": conflict_id,
        "person_id": owner,
        "unit_id": unit_id,
        "sent_by": actor.act.author,
        "sent_at": actor.at,
        "ref": outcome.sent.ref,
        "kind": operation.said.kind,
        "record_id": operation.key.id,
        "op": operation.said.op,
        "code": refusal.code,
        "fields_in_conflict": sorted(_touching(outcome, operation)),
        "base_version": _base_of(operation),
        "met_version": None if present is None else present.version,
        "payload": outcome.sent.raw.decode(),
        "fingerprint": fingerprint,
    }
    sealed = await desk.vault.sealed(SyncConflictRow, columns, person_id=owner, record_id=conflict_id)
    if not await sync_conflicts.add(desk.session, sealed):
        return (await sync_conflicts.known(desk.session, [fingerprint]))[fingerprint]
    due_at = end_of(desk.calendar.end_of_term(actor.today, desk.settings.conflict_answer_days))
    about = About(ENTITY, conflict_id, unit_id, owner)
    await duties.wait(desk, TaskKind.SYNC_CONFLICT, about, due_at=due_at)
    act = actor.act.with_known_content
    await trail.audit(desk.session, act, persons=(owner,), entity=ENTITY, record_id=conflict_id)
    return conflict_id


async def supersede(desk: Desk, outcomes: Sequence[Outcome], fingerprints: Iterable[bytes]) -> None:
    """Settle what its sender has decided by this very push: sent anew and applied, on all that was in question."""
    durable = [each.operation for each in outcomes if each.is_durable and each.operation is not None]
    author = desk.actor.act.author
    applied = set(fingerprints)
    waiting = await sync_conflicts.lock_open(
        desk.session, sent_by=author, records={operation.key.id for operation in durable}
    )
    decided = [row for row in waiting if row.fingerprint in applied or any(_decides(each, row) for each in durable)]
    if not decided:
        return
    await context.act_as_sender(desk.session, caller=author, units={row.unit_id for row in decided})
    for row in decided:
        superseded = conflict.supersede(sync_conflicts.to_domain(row), by=author)
        sync_conflicts.apply(row, superseded, at=desk.actor.at)
        await close(desk, row)


async def close(desk: Desk, row: SyncConflictRow) -> None:
    """End the task of a conflict that is settled. The transaction reaches its unit."""
    await desk.session.flush()
    about = About(ENTITY, row.id, row.unit_id, row.person_id)
    await duties.end(desk, TaskKind.SYNC_CONFLICT, about, is_done=True)


def _base_of(operation: Operation) -> int | None:
    said = operation.said
    return None if isinstance(said, CreateOperationIn) else said.base_version


def _touching(outcome: Outcome, operation: Operation) -> AbstractSet[str]:
    """The fields in question: those that both sides changed, or else all that the device changed."""
    if isinstance(outcome.refusal, FieldsInConflict):
        return {pointer.removeprefix("/") for fault in outcome.refusal.faults if (pointer := fault.pointer)}
    return operation.body.model_fields_set if isinstance(operation.said, ChangeOperationIn) else frozenset()


def _decides(operation: Operation, row: SyncConflictRow) -> bool:
    if (operation.key.id, operation.owner, operation.said.kind) != (row.record_id, row.person_id, row.kind):
        return False
    fields = operation.body.model_fields_set if isinstance(operation.said, ChangeOperationIn) else None
    return conflict.is_decided_by(sync_conflicts.to_domain(row), fields=fields, base_version=_base_of(operation))
