"""Many new records of people at once: one statement for all of a kind, the trail of each included."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from pydantic_core import to_json
from sqlalchemy import LargeBinary, Text, bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import trail
from registry.db.prepared import Prepared
from registry.db.records import AnyRow, Key, Values, entity_of
from registry.db.tables.columns import SealedText
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
    binary = _binary_columns(table)
    held = to_json([{**new, **row, **{name: _in_hex(row.get(name)) for name in binary}} for row in rows])
    added = await _addition(table).all(session, rows=held.decode(), **traced)
    return {Key(row.id, row.person_id) for row in added}


@cache
def _addition(table: type[AnyRow]) -> Prepared:
    entity, columns = entity_of(table), trail.listed(trail.columns_of(table))
    added = f"""
        INSERT INTO {entity} ({columns})
        SELECT {columns} FROM json_populate_recordset(CAST(NULL AS {entity}), CAST(:rows AS json))
        ON CONFLICT DO NOTHING RETURNING person_id, id, unit_id, version
    """  # noqa: S608 - names of our own tables
    return Prepared(trail.traced_many(added).bindparams(bindparam("rows", type_=Text)))


@cache
def _binary_columns(table: type[AnyRow]) -> tuple[str, ...]:
    return tuple(column.name for column in trail.columns_of(table) if isinstance(column.type, LargeBinary | SealedText))


def _in_hex(value: bytes | Sealed | None) -> str | None:
    """Write bytes as the database reads them from JSON."""
    if value is None:
        return None
    return f"\\x{(value.blob if isinstance(value, Sealed) else value).hex()}"
