"""Who else is told: rows of the feed for audiences that a record comes to or goes from, beside the row of each write.

What health officers alone see is told to nobody: no replica holds it.
"""

from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import Date, Integer, String, TextClause, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.columns import OfPerson
from registry.db.tables.medical import OF_HEALTH
from registry.db.trail import Change
from registry.domain.record import FeedOperation

_CHANGED = "INSERT INTO change_feed (unit_id, organisation_id, person_id, entity, record_id, op, version)"
_PERSON = "SELECT 0 AS place, 'person' AS entity, id, version FROM person WHERE id = :person_id"

_RECORD = text(f"""
    {_CHANGED} VALUES (:unit_id, :organisation_id, :person_id, :entity, :record_id, :op, :version)
""").bindparams(
    *(bindparam(name, type_=Uuid) for name in ("organisation_id", "person_id", "record_id")),
    *(bindparam(name, type_=Integer) for name in ("unit_id", "version")),
    *(bindparam(name, type_=String) for name in ("entity", "op")),
)

_FORGET = text("""
    DELETE FROM change_feed USING (SELECT xid, seq FROM change_feed ORDER BY xid, seq LIMIT :most) AS oldest
    WHERE (change_feed.xid, change_feed.seq) = (oldest.xid, oldest.seq) AND recorded_on < :before
""").bindparams(bindparam("before", type_=Date), bindparam("most", type_=Integer))


async def move(session: AsyncSession, *, person_id: UUID, from_unit: int, to_unit: int) -> None:
    """Tell both units of a person whose unit has just been changed, and of every record of the person.

    The transaction must reach the new unit. Who goes with the person across units in one scope is told
    twice, first of the leaving.
    """
    units = {"from_unit": from_unit, "to_unit": to_unit}
    await (await session.connection()).execute(_moved(), {"person_id": person_id, **units})


async def forget(session: AsyncSession, *, before: date, most: int) -> None:
    """Forget what was told before a day, of so many of the oldest rows. Needs the worker's role."""
    await (await session.connection()).execute(_FORGET, {"before": before, "most": most})


async def erase(session: AsyncSession, *, person_id: UUID, unit_id: int, today: date) -> None:
    """Tell whoever may see them that the records of a person are about to be erased; of the person, others tell."""
    connection = await session.connection()
    await connection.execute(_erased(), {"person_id": person_id, "unit_id": unit_id})
    await connection.execute(_erased_own(), {"person_id": person_id, "today": today})


async def come_or_go(session: AsyncSession, op: FeedOperation, *, person_id: UUID, organisation_id: UUID) -> None:
    """Tell an organisation that it now reaches a person, or does so no longer: of the person and its own records."""
    told = {"person_id": person_id, "organisation_id": organisation_id, "op": op.value}
    await (await session.connection()).execute(_came_or_went(), told)


async def take_own_away(session: AsyncSession, *, person_id: UUID, record_id: UUID, organisation_id: UUID) -> None:
    """Tell an organisation that a record of a person, one by which it reached them, is no longer its own."""
    told = {"person_id": person_id, "record_id": record_id, "organisation_id": organisation_id}
    await (await session.connection()).execute(_lost(), told)


async def take_away(session: AsyncSession, change: Change, *, organisation_id: UUID | None = None) -> None:
    """Tell one audience, the unit unless an organisation is named, that a single record is no longer its own."""
    told = {
        "unit_id": change.unit_id if organisation_id is None else None,
        "organisation_id": organisation_id,
        "person_id": change.person_id,
        "entity": change.entity,
        "record_id": change.record_id,
        "op": FeedOperation.LEAVE.value,
        "version": change.version,
    }
    await (await session.connection()).execute(_RECORD, told)


@cache
def _records_of_person() -> str:
    """Select every record of a person. What is added to the tables later is told without more ado."""
    tables = sorted(str(table.__tablename__) for table in OfPerson.__subclasses__() if table not in OF_HEALTH)
    return " UNION ALL ".join(
        f"SELECT {place} AS place, '{table}' AS entity, id, version FROM {table} WHERE person_id = :person_id"  # noqa: S608 - names of our own tables
        for place, table in enumerate(tables, start=1)
    )


@cache
def _own_records_of_person() -> str:
    """Select every record of a person that is an organisation's own, with the organisation."""
    owned = {str(each.__tablename__): each.organisation_column for each in OfPerson.__subclasses__()}
    return " UNION ALL ".join(
        f"SELECT {place} AS place, '{table}' AS entity, id, version, {column} AS organisation_id FROM {table} "  # noqa: S608 - names of our own tables
        "WHERE person_id = :person_id"
        for place, (table, column) in enumerate(sorted(owned.items()), start=1)
        if column is not None
    )


@cache
def _came_or_went() -> TextClause:
    statement = f"""
        {_CHANGED}
        SELECT NULL, :organisation_id, :person_id, entity, id, :op, version
        FROM (
            {_PERSON} UNION ALL
            SELECT place, entity, id, version FROM ({_own_records_of_person()}) AS own
            WHERE organisation_id = :organisation_id
        ) AS held ORDER BY place
    """  # noqa: S608 - made of our own constants
    uuids = (bindparam(name, type_=Uuid) for name in ("person_id", "organisation_id"))
    return text(statement).bindparams(*uuids, bindparam("op", type_=String))


@cache
def _lost() -> TextClause:
    statement = f"""
        {_CHANGED}
        SELECT NULL, :organisation_id, :person_id, entity, id, 'leave', version
        FROM ({_own_records_of_person()}) AS held WHERE id = :record_id
    """  # noqa: S608 - made of our own constants
    uuids = (bindparam(name, type_=Uuid) for name in ("person_id", "record_id", "organisation_id"))
    return text(statement).bindparams(*uuids)


@cache
def _moved() -> TextClause:
    statement = f"""
        {_CHANGED}
        SELECT audience.unit_id, NULL, :person_id, entity, id, audience.op, version
        FROM ({_PERSON} UNION ALL {_records_of_person()}) AS held,
             (VALUES (0, :from_unit, 'leave'), (1, :to_unit, 'enter')) AS audience (turn, unit_id, op)
        ORDER BY turn, place
    """  # noqa: S608 - made of our own constants
    units = (bindparam(name, type_=Integer) for name in ("from_unit", "to_unit"))
    return text(statement).bindparams(bindparam("person_id", type_=Uuid), *units)


@cache
def _erased() -> TextClause:
    statement = f"""
        {_CHANGED}
        SELECT :unit_id, NULL, :person_id, entity, id, 'erase', version FROM ({_records_of_person()}) AS held
        ORDER BY place
    """  # noqa: S608 - made of our own constants
    return text(statement).bindparams(bindparam("person_id", type_=Uuid), bindparam("unit_id", type_=Integer))


@cache
def _erased_own() -> TextClause:
    statement = f"""
        {_CHANGED}
        SELECT DISTINCT CAST(NULL AS integer), organisation_id, :person_id, entity, held.id, 'erase', version
        FROM ({_own_records_of_person()}) AS held JOIN reach USING (organisation_id)
        WHERE reach.person_id = :person_id AND (until_on IS NULL OR until_on >= :today)
    """  # noqa: S608 - made of our own constants
    return text(statement).bindparams(bindparam("person_id", type_=Uuid), bindparam("today", type_=Date))
