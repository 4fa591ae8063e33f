"""Many new records of people at once: one statement for all of a kind, the trail of each included."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import Text, TextClause, bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import trail
from registry.db.records import AnyRow, Key, Values, entity_of
from registry.db.trail import Act
from registry.domain.access import FieldGroup
from registry.domain.record import FeedOperation, RecordState
from registry.vault.sealed import Sealed


async def add(
    session: AsyncSession,
    table: type[AnyRow],
    rows: Sequence[Values],
    act: Act,
    *,
    groups: Iterable[FieldGroup],
    today: date,
) -> set[Key]:
    """Add new records of people by one statement, each with its trail; name those that were added.

    They are added in their order. One whose id is taken, or that another unique constraint refuses, is left out: ask
    about it by itself.
    """
    if not rows:
        return set()
    new = {"version": 1, "state": RecordState.ACTIVE}
    traced = trail.facts_of_many(entity_of(table), FeedOperation.UPSERT, act, groups=groups, today=today)
    held = {"rows": json.dumps([{**new, **row} for row in rows], default=_in_json)}
    added = await (await session.connection()).execute(_addition(table), held | traced)
    return {Key(row.id, row.person_id) for row in added}


@cache
def _addition(table: type[AnyRow]) -> TextClause:
    entity, columns = entity_of(table), trail.listed(trail.columns_of(table))
    added = f"""
        INSERT INTO {entity} ({columns})
        SELECT {columns} FROM json_populate_recordset(CAST(NULL AS {entity}), CAST(:rows AS json))
        ON CONFLICT DO NOTHING RETURNING person_id, id, unit_id, version
    """  # noqa: S608 - names of our own tables
    return trail.traced_many(added).bindparams(bindparam("rows", type_=Text))


def _in_json(value: object) -> str:
    """Write a value as the database reads it from JSON."""
    match value:
        case Sealed():
            return f"\\x{value.blob.hex()}"
        case bytes():
            return f"\\x{value.hex()}"
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
    raise TypeError(type(value).__qualname__)
