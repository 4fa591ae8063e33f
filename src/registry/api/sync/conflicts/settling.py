"""Settling conflicts: what stands is kept, or values of the device's are written as any change is, with all trails."""

from collections.abc import Set as AbstractSet
from uuid import UUID

from registry.api.records import flow
from registry.api.records.kind import Desk
from registry.api.records.precondition import Precondition
from registry.api.refusals import Fault, ValidationFailed
from registry.api.schemas.conflicts import SettleConflictIn
from registry.api.schemas.push import ChangeOperationIn, CreateOperationIn, VoidOperationIn
from registry.api.sync import kinds
from registry.api.sync.conflicts import keeping, reading
from registry.api.sync.push.desks import Desks
from registry.api.sync.push.reading import Operation, Unreadable
from registry.db import context, persons, sync_conflicts, trail
from registry.db.tables.sync import SyncConflictRow
from registry.domain import conflict
from registry.domain.conflict import ConflictDecision, FieldNotSent, PresentVersionRequired
from registry.domain.errors import NotFound


async def settle(desks: Desks, conflict_id: UUID, body: SettleConflictIn) -> SyncConflictRow:
    """Settle a conflict, or answer what this very caller has made of it. People are locked before conflicts."""
    reader = reading.reader_of(desks)
    row = await reading.found(desks, reader, conflict_id)
    desk = desks.of(reading.kind_of(row))
    await desks.sit_down(desk)
    actor = desk.actor
    if await persons.lock(desk.session, row.person_id, scope=actor.scope, today=actor.today) is None:
        raise NotFound
    operation = await reading.opened(desk, row)
    applied = _chosen(body, operation)
    await reading.enter(desks, reader)
    locked = await sync_conflicts.lock(desk.session, conflict_id, reader)
    if locked is None:
        raise NotFound
    asked, by = sync_conflicts.to_domain(locked), actor.act.author
    if not conflict.is_repeated(asked, body.decision, applied, by=by):
        settled = conflict.settle(asked, body.decision, applied, by=by)
        if body.decision is ConflictDecision.APPLY:
            await desks.sit_down(desk)
            await _apply(desk, _readable(operation), applied, body.present_version)
        await context.act_as_sender(desk.session, caller=reader.author, units={*reader.units, locked.unit_id})
        sync_conflicts.apply(locked, settled, at=actor.at)
        await keeping.close(desk, locked)
    await trail.audit(desk.session, actor.act, persons=(locked.person_id,), entity=keeping.ENTITY, record_id=locked.id)
    return locked


def _chosen(body: SettleConflictIn, operation: Operation | Unreadable) -> AbstractSet[str]:
    """The fields that are to be taken over: those named, or else all that the device sent."""
    if body.decision is ConflictDecision.KEEP:
        return frozenset()
    said = _readable(operation)
    sent = said.body.model_fields_set if isinstance(said.said, ChangeOperationIn) else frozenset()
    for place, name in enumerate(body.fields or ()):
        if name not in sent:
            raise FieldNotSent(pointer=f"/fields/{place}")
    return sent if body.fields is None else frozenset(body.fields)


def _readable(operation: Operation | Unreadable) -> Operation:
    if isinstance(operation, Unreadable):
        raise ValidationFailed(faults=[Fault("invalid_value", "/decision")])
    return operation


async def _apply(desk: Desk, operation: Operation, fields: AbstractSet[str], present_version: int | None) -> None:
    """Write what the device sent as an officer's own change of the version that they have looked at."""
    kind, key, said = operation.kind, operation.key, operation.said
    if isinstance(said, CreateOperationIn):
        await kinds.create(desk, kind, operation.body, person_id=key.person_id)
        return
    if present_version is None:
        raise PresentVersionRequired(pointer="/present_version")
    seen = Precondition(frozenset({present_version}))
    match said:
        case ChangeOperationIn():
            wanted = operation.body.model_dump(mode="json", include=fields)
            await flow.amend(desk, kind, key, seen, lambda *_: wanted)
        case VoidOperationIn():
            await flow.void(desk, kind, key, said.reason, seen)
