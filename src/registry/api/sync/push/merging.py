"""Changes made from a version that is no longer the present one: joined field by field where they do not touch."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from registry.api.records import flow
from registry.api.records.flow import Written
from registry.api.records.kind import Desk, Kind
from registry.api.records.precondition import Precondition
from registry.api.refusals import Fault, Refusal
from registry.api.schemas.fields import In
from registry.api.sync import kinds
from registry.db import records
from registry.db.records import AnyRow, Key
from registry.domain import three_way
from registry.domain.errors import PreconditionFailed


class FieldsInConflict(Refusal):
    """The device and somebody else gave the same field different values since the version that both began from."""

    code = "fields_in_conflict"


async def change(desk: Desk, kind: Kind, key: Key, patch: In, *, base_version: int) -> Written:
    """Apply a change as its own route does; one made from a former version is joined with what came since."""
    try:
        return await flow.change(desk, kind, key, patch, Precondition(frozenset({base_version})))
    except PreconditionFailed:
        base = await _state_of(desk, kind, key, base_version)
        if base is None:
            raise
    wanted = patch.model_dump(mode="json", exclude_unset=True)

    def joined(row: AnyRow, present: In) -> Mapping[str, Any]:
        current = present.model_dump(mode="json")
        merged = three_way.merge(base, current, wanted, alone=kinds.never_merged(kind))
        if merged.conflicts:
            faults = [Fault(FieldsInConflict.code, f"/{name}") for name in merged.conflicts]
            raise FieldsInConflict(faults=faults, version=row.version)
        return merged.fields

    return await flow.amend(desk, kind, key, Precondition(None), joined)


async def _state_of(desk: Desk, kind: Kind, key: Key, version: int) -> dict[str, Any] | None:
    """What a former version of a record said, as its body says it; None where it had no such version."""
    owner: UUID | None = key.person_id
    former = [each for each in await records.versions(desk.session, kind.table, key) if each.version == version]
    for shown in await desk.vault.opened_states(former, person_id=owner):
        said = {name: shown.state.get(name) for name in kind.body.model_fields}
        body = kind.body.model_validate({name: value for name, value in said.items() if value is not None})
        return body.model_dump(mode="json")
    return None
