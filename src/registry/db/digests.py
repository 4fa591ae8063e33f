"""Digests of what a scope holds, for a replica to compare itself with: what must hold is the same on both sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import ARRAY, BigInteger, Integer, Text, TextClause, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import AnyRow, entity_of
from registry.db.tables.columns import OfUnit
from registry.db.tables.persons import PersonRow
from registry.db.told import ids_of
from registry.domain.access import Scope, UnitScope
from registry.domain.feed import Position

_REACHING_ITSELF = """EXISTS (
    SELECT FROM reach WHERE reach.person_id = held.person_id AND reach.organisation_id = held.{}
      AND (until_on IS NULL OR until_on >= :today)
)"""
"""That an organisation reaches whose record it is: another one, for which the same officer works, does not do."""


@dataclass(frozen=True, slots=True)
class Digest:
    """How many active records of a table there are, and the hash of their names and versions."""

    count: int
    sha256: str


async def has_news(session: AsyncSession, scope: Scope, entities: Sequence[str], *, after: Position) -> bool:
    """Whether anything that is seen now was written after a position, be it ready to be told or not."""
    asked = {"audience": ids_of(scope), "xid": str(after.xid), "seq": after.seq, "entities": list(entities)}
    statement = _news(by_units=isinstance(scope, UnitScope))
    return bool((await (await session.connection()).execute(statement, asked)).scalar_one())


async def of_table(session: AsyncSession, scope: Scope, table: type[AnyRow], *, today: date) -> Digest:
    """Digest the active records of a table within a scope, in the database: the records stay there."""
    by_units = isinstance(scope, UnitScope)
    asked = {"units": ids_of(scope)} if by_units else {"today": today}
    statement = _digest(table, by_units=by_units)
    return Digest(*(await (await session.connection()).execute(statement, asked)).one())


@cache
def _news(*, by_units: bool) -> TextClause:
    column = "unit_id" if by_units else "organisation_id"
    return text(f"""
        SELECT EXISTS (
            SELECT FROM change_feed WHERE {column} = ANY (:audience) AND entity = ANY (:entities)
              AND (xid, seq) > (CAST(CAST(:xid AS text) AS xid8), :seq)
        )
    """).bindparams(  # noqa: S608 - names of our own columns
        bindparam("audience", type_=ARRAY(Integer()) if by_units else ARRAY(Uuid())),
        bindparam("entities", type_=ARRAY(Text())),
        bindparam("xid", type_=Text()),
        bindparam("seq", type_=BigInteger()),
    )


@cache
def _digest(table: type[AnyRow], *, by_units: bool) -> TextClause:
    """Ids are as long in every line, so that their order is that of the lines, and they sort in half the time."""
    entity = entity_of(table)
    within = "{}.unit_id = ANY (:units)" if by_units else "{}.id = ANY ((SELECT app.reached())::uuid[])"
    if issubclass(table, OfUnit):
        names, held = ["held.id"], f"{entity} AS held WHERE {within.format('held') if by_units else _own(table)}"
    elif entity == entity_of(PersonRow):
        names, held = ["held.id", "held.id"], f"person AS held WHERE {within.format('held')}"
    else:
        names = ["held.person_id", "held.id"]
        held = f"person JOIN {entity} AS held ON held.person_id = person.id WHERE {within.format('person')}"
        held += "" if by_units else f" AND {_REACHING_ITSELF.format(table.organisation_column)}"
    line, order = " || '/' || ".join(names) + " || ':' || held.version", ", ".join(names)
    statement = text(f"""
        SELECT count(*),
               encode(sha256(convert_to(coalesce(string_agg({line}, E'\\n' ORDER BY {order}), ''), 'UTF8')), 'hex')
        FROM {held} AND held.state = 'active'
    """)  # noqa: S608 - names of our own tables
    return statement.bindparams(bindparam("units", type_=ARRAY(Integer()))) if by_units else statement


def _own(table: type[OfUnit]) -> str:
    """Select what is an organisation's own, and tells of workers whom it has appointed."""
    own = f"held.{table.organisation_column} = ANY ((SELECT app.organisations())::uuid[])"
    if table.worker_column is None:
        return own
    return f"({own} OR held.{table.worker_column} = ANY ((SELECT app.workers())::uuid[]))"
