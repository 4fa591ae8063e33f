"""Changes made from a version that is no longer the present one: joined field by field where they do not touch."""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.api.records import flow
from registry.api.records.flow import Written
from registry.api.records.kind import Desk, Kind
from registry.api.records.precondition import Precondition
from registry.api.refusals import Fault, Refusal
from registry.api.schemas.fields import In
from registry.db import history, records
from registry.db.records import AnyRow, Key
from registry.domain import three_way
from registry.domain.errors import PreconditionFailed
from registry.domain.record import RecordVoided
from registry.domain.repetition import Change, Said, are_its_own, changed_by, is_repeated, known


class FieldsInConflict(Refusal):
    """The device and somebody else gave the same field different values since the version that both began from."""

    code = "fields_in_conflict"


async def change(
    desk: Desk, kind: Kind, key: Key, patch: In, *, base_version: int, earlier: Sequence[Change]
) -> Written:
    """Apply a change as its own route does; one made from a former version is joined with what came since.

    What the same device has changed `earlier` in this push is nobody else's: the change goes on from it. One that its
    author has made before is not made again, whatever others have made of it since: it is a late retry. A field that
    is as the device saw it, while its author has changed it elsewhere, may be meant or not: somebody has to look.
    """
    wanted = patch.model_dump(mode="json", exclude_unset=True)
    try:
        return await flow.change(desk, kind, key, patch, Precondition(frozenset({base_version})))
    except (PreconditionFailed, RecordVoided) as refusal:
        since = await _said_from(desk, kind, key, base_version)
        if not since:
            raise
        if is_repeated(since, desk.actor.act.author, earlier, wanted):
            return await flow.again(desk, kind, key)
        if isinstance(refusal, RecordVoided):
            raise
    base, own = known(since[0], earlier), changed_by(since, desk.actor.act.author)

    def joined(row: AnyRow, present: In) -> Mapping[str, Any]:
        current = present.model_dump(mode="json")
        merged = three_way.merge(base, current, wanted, alone=kind.never_merged)
        unclear = {name for name in own & wanted.keys() if wanted[name] == base.get(name) != current[name]}
        if conflicts := sorted({*merged.conflicts, *unclear}):
            faults = [Fault(FieldsInConflict.code, f"/{name}") for name in conflicts]
            raise FieldsInConflict(faults=faults, version=row.version)
        return merged.fields

    return await flow.amend(desk, kind, key, Precondition(None), joined)


async def void(
    desk: Desk, kind: Kind, key: Key, reason: str, *, base_version: int | None, earlier: Sequence[Change]
) -> Written:
    """Void a record as its own route does, also one that only the same device has changed since it was seen."""
    if base_version is None:
        return await flow.void(desk, kind, key, reason, Precondition(None))
    try:
        return await flow.void(desk, kind, key, reason, Precondition(frozenset({base_version})))
    except PreconditionFailed:
        since = await _said_from(desk, kind, key, base_version)
        if not since or not are_its_own(since, desk.actor.act.author, earlier):
            raise
    return await flow.void(desk, kind, key, reason, Precondition(frozenset({since[-1].version})))


async def said_by(desk: Desk, kind: Kind, row: AnyRow) -> Mapping[str, Any]:
    """What a record says now."""
    return kind.body.model_validate(await desk.vault.opened(row), from_attributes=True).model_dump(mode="json")


async def said_before(desk: Desk, kind: Kind, key: Key, *, version: int) -> list[Said]:
    """What the former versions of a record said, from one on, the oldest first."""
    former = [each for each in await history.of_record(desk.session, kind.table, key) if each.version >= version]
    opened = await desk.vault.opened_states(former, person_id=key.person_id)
    return [
        Said(each.version, each.changed_by, _fields_in(shown.state, kind))
        for each, shown in zip(former, opened, strict=True)
    ]


async def _said_from(desk: Desk, kind: Kind, key: Key, base_version: int) -> list[Said]:
    """What a record has said from the version on that a device saw until now; nothing where there was no such one."""
    former = await said_before(desk, kind, key, version=base_version)
    row = await records.get(desk.session, kind.table, key, scope=desk.actor.scope, today=desk.actor.today)
    if row is None or not former or former[0].version != base_version:
        return []
    return [*former, Said(row.version, row.changed_by, await said_by(desk, kind, row))]


def _fields_in(state: Mapping[str, Any], kind: Kind) -> Mapping[str, Any]:
    said = {name: value for name in kind.body.model_fields if (value := state.get(name)) is not None}
    return kind.body.model_validate(said).model_dump(mode="json")
