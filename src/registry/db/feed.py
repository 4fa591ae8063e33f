"""Who else is told: rows of the feed for audiences that a record comes to or goes from, beside the row of each write.

Medical results are told to nobody: no replica holds them.
"""

from datetime import date
from functools import cache
from uuid import UUID

from sqlalchemy import Date, Integer, String, TextClause, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.columns import OfPerson
from registry.db.tables.medical import MedicalResultRow
from registry.db.trail import Change
from registry.domain.record import FeedOperation

_CHANGED = "INSERT INTO change_feed (unit_id, organisation_id, person_id, entity, record_id, op, version)"
_PERSON = "SELECT 0 AS place, 'person' AS entity, id, version FROM person WHERE id = :person_id"
_OWN_EPISODES = "SELECT 1, 'episode', id, version FROM episode WHERE person_id = :person_id AND provider_id"

_ORGANISATION = text(f"""
    {_CHANGED}
    SELECT NULL, :organisation_id, :person_id, entity, id, :op, version
    FROM ({_PERSON} UNION ALL {_OWN_EPISODES} = :organisation_id) AS held ORDER BY place
""").bindparams(  # noqa: S608 - made of our own constants
    *(bindparam(name, type_=Uuid) for name in ("person_id", "organisation_id")), bindparam("op", type_=String)
)
_RECORD = text(f"""
    {_CHANGED} VALUES (:unit_id, :organisation_id, :person_id, :entity, :record_id, :op, :version)
""").bindparams(
    *(bindparam(name, type_=Uuid) for name in ("organisation_id", "person_id", "record_id")),
    *(bindparam(name, type_=Integer) for name in ("unit_id", "version")),
    *(bindparam(name, type_=String) for name in ("entity", "op")),
)
_ERASED_EPISODES = text(f"""
    {_CHANGED}
    SELECT DISTINCT CAST(NULL AS integer), organisation_id, person_id, 'episode', episode.id, 'erase', episode.version
    FROM reach JOIN episode USING (person_id)
    WHERE person_id = :person_id AND provider_id = organisation_id AND (until_on IS NULL OR until_on >= :today)
""").bindparams(  # noqa: S608 - made of our own constants
    bindparam("person_id", type_=Uuid), bindparam("today", type_=Date)
)


async def move(session: AsyncSession, *, person_id: UUID, from_unit: int, to_unit: int) -> None:
    """Tell both units of a person whose unit has just been changed, and of every record of the person.

    The transaction must reach the new unit. Who goes with the person across units in one scope is told
    twice, first of the leaving.
    """
    units = {"from_unit": from_unit, "to_unit": to_unit}
    await (await session.connection()).execute(_moved(), {"person_id": person_id, **units})


async def erase(session: AsyncSession, *, person_id: UUID, unit_id: int, today: date) -> None:
    """Tell whoever may see them that the records of a person are about to be erased; of the person, others tell."""
    connection = await session.connection()
    await connection.execute(_erased(), {"person_id": person_id, "unit_id": unit_id})
    await connection.execute(_ERASED_EPISODES, {"person_id": person_id, "today": today})


async def come_or_go(session: AsyncSession, op: FeedOperation, *, person_id: UUID, organisation_id: UUID) -> None:
    """Tell an organisation that it now reaches a person, or does so no longer: of the person and its own episodes."""
    told = {"person_id": person_id, "organisation_id": organisation_id, "op": op.value}
    await (await session.connection()).execute(_ORGANISATION, told)


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
    tables = sorted(str(table.__tablename__) for table in OfPerson.__subclasses__() if table is not MedicalResultRow)
    return " UNION ALL ".join(
        f"SELECT {place} AS place, '{table}' AS entity, id, version FROM {table} WHERE person_id = :person_id"  # noqa: S608 - names of our own tables
        for place, table in enumerate(tables, start=1)
    )


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
