"""What replicas hold: pages of everything there is at first, and the records that the feed or such a page names.

Everything here is read in one look (`context.look`), so that the feed, the records and the position are of one instant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Date,
    Integer,
    Text,
    TextClause,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    func,
    null,
    select,
    text,
)
from sqlmodel import SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.prepared import Prepared
from registry.db.records import ORGANISATIONS, UNITS, AnyRow, Key, entity_of, of_organisations, within
from registry.db.tables.columns import OfPerson, OfUnit
from registry.db.tables.persons import PersonRow
from registry.db.told import ids_of
from registry.domain.access import Scope, UnitScope
from registry.domain.record import RecordState

_NOBODY = UUID(int=0)


class Found(NamedTuple):
    """A record that a scope opens, and what is shown of it; what is sealed there is still sealed."""

    state: RecordState
    version: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CopyKey:
    """How far everything has been copied: people by unit and id, each with the records of one table after the other.

    `part` is 0 for people and what is theirs; then each table that belongs to units has a part of its own.
    """

    part: int = 0
    unit: int = 0
    person: UUID = _NOBODY
    place: int = -1
    id: UUID = _NOBODY


@dataclass(frozen=True, slots=True)
class Copied:
    """A record of a copy: its table, its name, and the key after which the copy goes on."""

    table: type[AnyRow]
    key: Key
    at: CopyKey


async def copy(
    session: AsyncSession, scope: Scope, tables: Sequence[type[AnyRow]], *, after: CopyKey, limit: int
) -> Sequence[Copied]:
    """Name the next of all active records within a scope: of people at first, then of units. Empty at the end.

    The order is by what never changes within a unit, so that nothing is passed over while somebody is renamed.
    """
    of_unit = [table for table in tables if issubclass(table, OfUnit)]
    found: list[Copied] = []
    for part in range(after.part, len(of_unit) + 1):
        since = after if part == after.part else CopyKey(part=part)
        most = limit - len(found)
        if part == 0:
            found += await _of_people(session, scope, [each for each in tables if each not in of_unit], since, most)
        else:
            found += await _of_units(session, scope, of_unit[part - 1], since, most)
        if len(found) == limit:
            break
    return found


async def load(
    session: AsyncSession,
    table: type[AnyRow],
    names: Sequence[str],
    keys: Sequence[Key],
    *,
    scope: Scope,
    today: date,
) -> dict[Key, Found]:
    """Load those of the named records that a scope opens: plain columns, which cost a fraction of rows to write on."""
    statement = _loading(table, tuple(names), by_units=isinstance(scope, UnitScope))
    owners = [key.person_id or _NOBODY for key in keys]
    asked = {"ids": [key.id for key in keys], "owners": owners, "audience": ids_of(scope), "today": today}
    return {
        Key(id_, person_id): Found(RecordState(state), version, dict(zip(names, values, strict=True)))
        for id_, person_id, state, version, *values in await statement.all(session, **asked)
    }


@cache
def json_columns(table: type[AnyRow]) -> tuple[str, ...]:
    """The columns of a table that hold JSON."""
    columns = SQLModel.metadata.tables[entity_of(table)].columns
    return tuple(column.name for column in columns if isinstance(column.type, JSON))


@cache
def _loading(table: type[AnyRow], names: tuple[str, ...], *, by_units: bool) -> Prepared:
    ids, owners = (bindparam(name, type_=ARRAY(Uuid())) for name in ("ids", "owners"))
    wanted = func.unnest(ids, owners).table_valued("id", "person_id", name="wanted").render_derived()
    owner: ColumnElement[Any] = null()
    matched = col(table.id) == wanted.c.id
    if issubclass(table, OfPerson):
        owner, matched = wanted.c.person_id, and_(matched, col(table.person_id) == wanted.c.person_id)
    shown = (_plain(getattr(table, name)).label(f"shown_{name}") for name in names)
    query = select(col(table.id), owner, col(table.state), col(table.version), *shown).join(wanted, matched)
    return Prepared(query.where(_held(table, by_units=by_units)))


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Read ids as the texts that JSON has for them: the driver's own take longest of all to write."""
    return cast(column, Text) if isinstance(column.type, Uuid) else column


def _held(table: type[AnyRow], *, by_units: bool) -> ColumnElement[bool]:
    """What a replica of a scope holds: what it opens, and of directories its own units' part."""
    if not by_units:
        organisations = bindparam("audience", type_=ORGANISATIONS)
        return of_organisations(table, organisations, today=bindparam("today", type_=Date))
    units = bindparam("audience", type_=UNITS)
    is_listed = issubclass(table, OfUnit) and table.in_directory
    return col(table.unit_id) == any_(units) if is_listed else within(table, units)


async def _of_people(
    session: AsyncSession, scope: Scope, tables: Sequence[type[AnyRow]], after: CopyKey, limit: int
) -> list[Copied]:
    names = tuple(entity_of(table) for table in tables)
    asked = {"unit": after.unit, "person": after.person, "place": after.place, "id": after.id, "most": limit}
    by_units = isinstance(scope, UnitScope)
    ids = {"units": ids_of(scope)} if by_units else {}
    rows = await (await session.connection()).execute(_people(names, by_units=by_units), asked | ids)
    return [
        Copied(
            table=tables[row.place],
            key=Key(row.id, None if tables[row.place] is PersonRow else row.person),
            at=CopyKey(0, row.unit, row.person, row.place, row.id),
        )
        for row in rows
    ]


async def _of_units(
    session: AsyncSession, scope: Scope, table: type[AnyRow], after: CopyKey, limit: int
) -> list[Copied]:
    statement = _units(table, by_units=isinstance(scope, UnitScope))
    rows = await statement.all(session, audience=ids_of(scope), after=after.id, most=limit)
    return [Copied(table, Key(row.id), CopyKey(part=after.part, id=row.id)) for row in rows]


@cache
def _units(table: type[AnyRow], *, by_units: bool) -> Prepared:
    query = select(col(table.id)).where(_held(table, by_units=by_units), col(table.state) == RecordState.ACTIVE)
    following = query.where(col(table.id) > bindparam("after", type_=Uuid()))
    return Prepared(following.order_by(col(table.id)).limit(bindparam("most", type_=Integer())))


@cache
def _people(tables: tuple[str, ...], *, by_units: bool) -> TextClause:
    """Walk along people and, of each, along the tables, the first of which is their own.

    Everybody gives a row at least, but for the one with whom the walk goes on: so many people are always enough.
    """
    theirs = (
        f"SELECT {place}, id FROM {table} WHERE person_id = people.id AND state = 'active'"  # noqa: S608 - as below
        for place, table in enumerate(tables)
        if place
    )
    unit, reached, by = (
        ("unit_id", "unit_id = ANY (:units) AND (unit_id, id) >= (:unit, :person)", "unit_id, id")
        if by_units
        else (":unit", "id = ANY ((SELECT app.reached())::uuid[]) AND id >= :person", "id")
    )
    statement = f"""
        SELECT people.unit, people.id AS person, held.place, held.id
        FROM (
            SELECT {unit} AS unit, id FROM person WHERE {reached} AND state <> 'erased' ORDER BY {by} LIMIT :most + 1
        ) AS people
        CROSS JOIN LATERAL ({" UNION ALL ".join(("SELECT 0 AS place, people.id AS id", *theirs))}) AS held
        WHERE (people.unit, people.id, held.place, held.id) > (:unit, :person, :place, :id)
        ORDER BY 1, 2, 3, 4 LIMIT :most
    """  # noqa: S608 - names of our own tables
    numbers = (bindparam(name, type_=Integer()) for name in ("unit", "place", "most"))
    uuids = (bindparam(name, type_=Uuid()) for name in ("person", "id"))
    units = (bindparam("units", type_=ARRAY(Integer())),) if by_units else ()
    return text(statement).bindparams(*numbers, *uuids, *units)
