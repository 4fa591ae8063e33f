"""What replicas are told: pages of the feed, pages of everything there is at first, and digests to compare with.

Everything here is read in one look (`context.look`), so that the feed, the records and the position are of one instant.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    TextClause,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal,
    text,
)
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import AnyRow, Key, entity_of, visible
from registry.db.tables.columns import OfPerson, OfUnit
from registry.db.tables.persons import PersonRow
from registry.db.tables.situation import OrganisationRow
from registry.domain.access import OrganisationScope, Scope, UnitScope
from registry.domain.feed import Position
from registry.domain.record import FeedOperation

R = TypeVar("R", bound=AnyRow)

_NOBODY = UUID(int=0)
_BELOW = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
"""Every transaction below this one is finished: nothing can appear there any more."""


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the feed."""

    position: Position
    entity: str
    key: Key
    op: FeedOperation
    version: int


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


async def told_below(session: AsyncSession) -> int:
    """The transaction below which everything can be told."""
    return int((await (await session.connection()).execute(_BELOW)).scalar_one())


async def changes(
    session: AsyncSession, scope: Scope, entities: Iterable[str], *, after: Position, limit: int
) -> Sequence[Told]:
    """Load what an audience is told after a position, in order; one row more than `limit` tells that there is more."""
    asked = {
        "audience": ids_of(scope),
        "xid": str(after.xid),
        "seq": after.seq,
        "entities": sorted(entities),
        "most": limit + 1,
    }
    rows = await (await session.connection()).execute(_changes(by_units=isinstance(scope, UnitScope)), asked)
    return [
        Told(
            position=Position(int(row.xid), row.seq),
            entity=row.entity,
            key=Key(row.record_id, None if row.entity == "person" else row.person_id),
            op=FeedOperation(row.op),
            version=row.version,
        )
        for row in rows
    ]


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
    session: AsyncSession, table: type[R], keys: Sequence[Key], *, scope: Scope, today: date
) -> dict[Key, R]:
    """Load those of the named records that a scope opens."""
    ids = literal([key.id for key in keys], ARRAY(Uuid()))
    owners = literal([key.person_id or _NOBODY for key in keys], ARRAY(Uuid()))
    wanted = func.unnest(ids, owners).table_valued("id", "person_id", name="wanted").render_derived()
    matched = col(table.id) == wanted.c.id
    if issubclass(table, OfPerson):
        matched = and_(matched, col(table.person_id) == wanted.c.person_id)
    query = select(table).join(wanted, matched).where(_held(table, scope, today))
    rows = (await session.exec(query)).all()
    return {Key(row.id, row.person_id if isinstance(row, OfPerson) else None): row for row in rows}


def _held(table: type[R], scope: Scope, today: date) -> ColumnElement[bool]:
    """What a replica of a scope holds: what it opens, and of the directory of organisations its own units' part."""
    if issubclass(table, OrganisationRow) and isinstance(scope, UnitScope):
        return col(table.unit_id) == any_(literal(scope.units, ARRAY(Integer)))
    return visible(table, scope, today=today)


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
    by_units = isinstance(scope, UnitScope)
    statement = text(f"""
        SELECT id FROM {entity_of(table)} WHERE {"unit_id" if by_units else table.organisation_column} = ANY (:audience)
          AND id > :id AND state = 'active'
        ORDER BY id LIMIT :most
    """)  # noqa: S608 - names of our own tables
    audience = bindparam("audience", type_=ARRAY(Integer()) if by_units else ARRAY(Uuid()))
    typed = statement.bindparams(audience, bindparam("id", type_=Uuid()))
    asked = {"audience": ids_of(scope), "id": after.id, "most": limit}
    rows = await (await session.connection()).execute(typed, asked)
    return [Copied(table, Key(row.id), CopyKey(part=after.part, id=row.id)) for row in rows]


def ids_of(scope: Scope) -> list[int] | list[UUID]:
    """The audiences of a scope: its units, or its organisations."""
    match scope:
        case UnitScope(units):
            return list(units)
        case OrganisationScope(organisations):
            return list(organisations)
        case _:
            raise TypeError("an emergency access follows no feed")


@cache
def _changes(*, by_units: bool) -> TextClause:
    """One walk along the index for each audience, however many there are: none reads further than a page."""
    column = "unit_id" if by_units else "organisation_id"
    return text(f"""
        SELECT told.xid::text AS xid, seq, entity, person_id, record_id, op, version
        FROM unnest(:audience) AS audience (id) CROSS JOIN LATERAL (
            SELECT * FROM change_feed
            WHERE {column} = audience.id AND (xid, seq) > (CAST(CAST(:xid AS text) AS xid8), :seq)
              AND xid < pg_snapshot_xmin(pg_current_snapshot()) AND entity = ANY (:entities)
            ORDER BY xid, seq LIMIT :most
        ) AS told
        ORDER BY told.xid, seq LIMIT :most
    """).bindparams(  # noqa: S608 - names of our own columns
        bindparam("audience", type_=ARRAY(Integer()) if by_units else ARRAY(Uuid())),
        bindparam("entities", type_=ARRAY(Text())),
        bindparam("xid", type_=Text()),
        bindparam("seq", type_=BigInteger()),
        bindparam("most", type_=Integer()),
    )


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
