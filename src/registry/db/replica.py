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
    String,
    Text,
    TextClause,
    TypeDecorator,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    func,
    null,
    select,
    text,
    true,
)
from sqlalchemy.types import TypeEngine
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
_STATES = {state.value: state for state in RecordState}


class Found(NamedTuple):
    """A record that a scope opens, and what is shown of it."""

    state: RecordState
    version: int
    written: str
    """It as JSON, but for those fields that only answers can write: they are null there."""
    fields: dict[str, Any]
    """These fields, in their order; what is sealed there is still sealed."""


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
) -> Sequence[Found | None]:
    """Load the named records, each in its place; None for one that a scope does not open."""
    statement, others = _loading(table, tuple(names), by_units=isinstance(scope, UnitScope))
    owners = [key.person_id or _NOBODY for key in keys]
    asked = {"ids": [key.id for key in keys], "owners": owners, "audience": ids_of(scope), "today": today}
    found: list[Found | None] = [None] * len(keys)
    for place, state, version, written, *values in await statement.all(session, **asked):
        found[place - 1] = Found(_STATES[state], version, written, dict(zip(others, values, strict=True)))
    return found


@cache
def json_columns(table: type[AnyRow]) -> tuple[str, ...]:
    """The columns of a table that hold JSON."""
    columns = SQLModel.metadata.tables[entity_of(table)].columns
    return tuple(column.name for column in columns if isinstance(column.type, JSON))


@cache
def _loading(table: type[AnyRow], names: tuple[str, ...], *, by_units: bool) -> tuple[Prepared, tuple[str, ...]]:
    """Make the statement that loads records of a table, and name the fields that it leaves to answers."""
    ids, owners = (bindparam(name, type_=ARRAY(Uuid())) for name in ("ids", "owners"))
    wanted = func.unnest(ids, owners).table_valued("id", "person_id", with_ordinality="place", name="wanted")
    wanted = wanted.render_derived()
    matched = col(table.id) == wanted.c.id
    if issubclass(table, OfPerson):
        matched = and_(matched, col(table.person_id) == wanted.c.person_id)
    shown = {name: getattr(table, name) for name in names}
    others = {name: column for name, column in shown.items() if not _is_written_alike(column.type)}
    alike = ((null() if name in others else column).label(name) for name, column in shown.items())
    written = select(*alike).correlate(table).lateral("written")
    query = select(
        wanted.c.place,
        col(table.state),
        col(table.version),
        cast(func.row_to_json(written.table_valued()), Text),
        *(column.label(f"shown_{name}") for name, column in others.items()),
    )
    loaded = query.select_from(wanted).join(table, matched).join(written, true())
    return Prepared(loaded.where(_held(table, by_units=by_units))), tuple(others)


def _is_written_alike(type_: TypeEngine[Any]) -> bool:
    """Whether the database writes values of a type as JSON just as answers do."""
    each = type_.item_type if isinstance(type_, ARRAY) else type_
    return isinstance(each.impl if isinstance(each, TypeDecorator) else each, (String, Integer, Date, Uuid))


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
