"""Showing conflicts: what the device says, what the register has now, and what both began from, field by field."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from registry.api.records.kind import Desk, Kind
from registry.api.schemas.push import RawOperation, VoidOperationIn
from registry.api.sync.kinds import KINDS, is_about_somebody
from registry.api.sync.push.desks import Desks
from registry.api.sync.push.merging import said_before, said_by
from registry.api.sync.push.reading import Operation, Unreadable, read
from registry.db import context, records, sync_conflicts
from registry.db.records import AnyRow, Key
from registry.db.sync_conflicts import Charge, Reader
from registry.db.tables.sync import SyncConflictRow
from registry.domain.access import UnitScope
from registry.domain.errors import Forbidden, NotFound
from registry.domain.record import RecordState
from registry.domain.sync import SyncKind


@dataclass(frozen=True, slots=True)
class Compared:
    """One field as the device has it, as it is now, and as it was when the device saw it."""

    name: str
    device: Any
    present: Any
    base: Any
    is_in_conflict: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a conflict is about. Without reach of the person, and the right to write the record, nothing is in it."""

    operation: str | None = None
    reason: str | None = None
    present_version: int | None = None
    present_state: RecordState | None = None
    fields: tuple[Compared, ...] = ()


def reader_of(desks: Desks) -> Reader:
    """What a caller sees of conflicts: their own, and those about people and records that they may write."""
    kinds: dict[tuple[int, ...], set[SyncKind]] = {}
    for name, kind in KINDS.items():
        with suppress(Forbidden):
            scope = desks.of(kind).actor.scope
            if is_about_somebody(kind) and isinstance(scope, UnitScope):
                kinds.setdefault(scope.units, set()).add(name)
    charges = tuple(Charge(frozenset(named), units) for units, named in kinds.items())
    return Reader(desks.desk.actor.act.author, charges)


async def enter(desks: Desks, reader: Reader) -> None:
    """Open the conflicts that a reader sees, and the people of the units in which they may write."""
    desks.stand_up()
    await context.act_as_sender(desks.desk.session, caller=reader.author, units=sorted(reader.units))


async def found(desks: Desks, reader: Reader, conflict_id: UUID) -> SyncConflictRow:
    """Load one conflict for a reader."""
    await enter(desks, reader)
    row = await sync_conflicts.get(desks.desk.session, conflict_id, reader)
    if row is None:
        raise NotFound
    return row


def kind_of(row: SyncConflictRow) -> Kind:
    """The kind of record that a conflict is about."""
    return KINDS[SyncKind(row.kind)]


def key_of(row: SyncConflictRow) -> Key:
    """The record that a conflict is about."""
    return Key(row.record_id, None if row.kind == SyncKind.PERSON else row.person_id)


async def compared(desks: Desks, row: SyncConflictRow) -> Comparison:
    """Put the device's values beside those of the register, as far as the caller may read both."""
    kind = kind_of(row)
    try:
        desk = desks.of(kind)
    except Forbidden:
        return Comparison()
    await desks.sit_down(desk)
    if row.person_id not in await desk.vault.within_reach([row.person_id]):
        return Comparison()
    actor = desk.actor
    present = await records.get(desk.session, kind.table, key_of(row), scope=actor.scope, today=actor.today)
    sent = await opened(desk, row)
    return Comparison(
        operation=sent.sent.raw.decode(),
        reason=sent.said.reason if isinstance(sent, Operation) and isinstance(sent.said, VoidOperationIn) else None,
        present_version=None if present is None else present.version,
        present_state=None if present is None else present.state,
        fields=await _fields(desk, row, sent, present) if isinstance(sent, Operation) else (),
    )


async def opened(desk: Desk, row: SyncConflictRow) -> Operation | Unreadable:
    """Open what was sent, and read it as it is read today."""
    return read(0, RawOperation.of((await desk.vault.opened(row)).payload))


async def _fields(
    desk: Desk, row: SyncConflictRow, operation: Operation, present: AnyRow | None
) -> tuple[Compared, ...]:
    if operation.body is None:
        return ()
    device = operation.body.model_dump(mode="json", exclude_unset=True, exclude={"id"})
    now = {} if present is None else await said_by(desk, operation.kind, present)
    base = await _base(desk, row, operation, present, now)
    in_conflict = set(row.fields_in_conflict)
    return tuple(
        Compared(name, value, now.get(name), base.get(name), name in in_conflict) for name, value in device.items()
    )


async def _base(
    desk: Desk, row: SyncConflictRow, operation: Operation, present: AnyRow | None, now: Mapping[str, Any]
) -> Mapping[str, Any]:
    if row.base_version is None or present is None:
        return {}
    if row.base_version == present.version:
        return now
    former = await said_before(desk, operation.kind, operation.key, version=row.base_version)
    return former[0].fields if former and former[0].version == row.base_version else {}
