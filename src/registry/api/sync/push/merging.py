"""Changes made from a version that is no longer the present one: joined field by field where they do not touch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.api.records import flow
from registry.api.records.flow import Written
from registry.api.records.kind import Desk, Kind
from registry.api.records.precondition import Precondition
from registry.api.refusals import Fault, Refusal
from registry.api.schemas.fields import In
from registry.db import history
from registry.db.records import AnyRow, Key
from registry.domain import three_way
from registry.domain.errors import PreconditionFailed


class FieldsInConflict(Refusal):
    """The device and somebody else gave the same field different values since the version that both began from."""

    code = "fields_in_conflict"


@dataclass(frozen=True, slots=True)
class Said:
    """What a version of a record says, as its body says it, and who made it so."""

    version: int
    author: str
    fields: Mapping[str, Any]


async def change(desk: Desk, kind: Kind, key: Key, patch: In, *, base_version: int) -> Written:
    """Apply a change as its own route does; one made from a former version is joined with what came since.

    One that its author has made before is not made again, whatever others have made of it since: it is a late retry.
    """
    try:
        return await flow.change(desk, kind, key, patch, Precondition(frozenset({base_version})))
    except PreconditionFailed:
        former = await said_since(desk, kind, key, base_version)
        if not former or former[0].version != base_version:
            raise
    base, *later = former
    wanted = patch.model_dump(mode="json", exclude_unset=True)
    is_repeated = any(said.author == desk.actor.act.author and said.fields.items() >= wanted.items() for said in later)

    def joined(row: AnyRow, present: In) -> Mapping[str, Any]:
        if is_repeated:
            return {}
        current = present.model_dump(mode="json")
        merged = three_way.merge(base.fields, current, wanted, alone=kind.never_merged)
        if merged.conflicts:
            faults = [Fault(FieldsInConflict.code, f"/{name}") for name in merged.conflicts]
            raise FieldsInConflict(faults=faults, version=row.version)
        return merged.fields

    return await flow.amend(desk, kind, key, Precondition(None), joined)


async def said_by(desk: Desk, kind: Kind, row: AnyRow) -> Mapping[str, Any]:
    """What a record says now."""
    return kind.body.model_validate(await desk.vault.opened(row), from_attributes=True).model_dump(mode="json")


async def said_since(desk: Desk, kind: Kind, key: Key, version: int) -> list[Said]:
    """What a record said from a version on until now, the oldest first."""
    former = [each for each in await history.of_record(desk.session, kind.table, key) if each.version >= version]
    opened = await desk.vault.opened_states(former, person_id=key.person_id)
    return [
        Said(each.version, each.changed_by, _fields_in(shown.state, kind))
        for each, shown in zip(former, opened, strict=True)
    ]


def _fields_in(state: Mapping[str, Any], kind: Kind) -> Mapping[str, Any]:
    said = {name: value for name in kind.body.model_fields if (value := state.get(name)) is not None}
    return kind.body.model_validate(said).model_dump(mode="json")
