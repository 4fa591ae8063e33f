"""Duplicates: the groups by which people are found, candidates wherever they are, and what provinces are asked.

Candidates are looked for past the wall, by one function of the database that takes keys and numbers which only the
service can make, and reads no more than 200 people. What it tells of people out of scope stays in the process.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, LargeBinary, Text, Uuid, any_, bindparam, literal, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import visible
from registry.db.tables.persons import IdentityDocumentRow, PersonRow
from registry.domain.access import Scope
from registry.domain.duplicate import Portrait
from registry.domain.person import Sex
from registry.domain.record import RecordState


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who shares a group or a number with a person, by the id of the survivor of merges, and where they are.

    Of their numbers the portrait has those alone that were asked for.
    """

    portrait: Portrait
    unit_id: int


@dataclass(frozen=True, slots=True)
class Review:
    """A pair that one province is asked about, named by the person of the pair whom it may see."""

    pair_id: UUID
    person_id: UUID
    other_id: UUID
    province_id: int


_KEEP = text("""
    WITH left_group AS (DELETE FROM person_match_key WHERE person_id = :person_id AND key <> ALL (:keys))
    INSERT INTO person_match_key (person_id, key, unit_id) SELECT :person_id, key, :unit_id FROM unnest(:keys) AS key
    ON CONFLICT DO NOTHING
""").bindparams(
    bindparam("person_id", type_=Uuid),
    bindparam("keys", type_=ARRAY(LargeBinary)),
    bindparam("unit_id", type_=Integer),
)
_KEEP_ALL = text("""
    WITH known AS (
        SELECT person.id, person.unit_id
        FROM unnest(:persons, :versions) AS read (id, version) JOIN person USING (id, version)
    ), wanted AS (
        SELECT known.id, known.unit_id, held.key FROM unnest(:owners, :keys) AS held (id, key) JOIN known USING (id)
    ), gone AS (
        DELETE FROM person_match_key AS held USING known
        WHERE held.person_id = known.id AND NOT EXISTS (
            SELECT FROM wanted WHERE wanted.id = held.person_id AND wanted.key = held.key
        )
        RETURNING held.person_id
    ), come AS (
        INSERT INTO person_match_key (person_id, key, unit_id) SELECT id, key, unit_id FROM wanted
        ON CONFLICT DO NOTHING
        RETURNING person_id
    )
    SELECT count(*) FROM (SELECT person_id FROM gone UNION SELECT person_id FROM come) AS changed
""").bindparams(
    *(bindparam(name, type_=ARRAY(Uuid())) for name in ("persons", "owners")),
    bindparam("versions", type_=ARRAY(Integer)),
    bindparam("keys", type_=ARRAY(LargeBinary)),
)
_AFTER = text("""
    SELECT id, unit_id FROM person WHERE id > :last AND state = 'active' ORDER BY id LIMIT :size
""").bindparams(bindparam("last", type_=Uuid), bindparam("size", type_=Integer))
_ALIKE = text("""
    SELECT root_id, unit_id, full_name, aliases, sex, birth_date, birth_year, birthplace, shared
    FROM app.people_alike(:person_id, :keys, :numbers)
""").bindparams(
    bindparam("person_id", type_=Uuid),
    *(bindparam(name, type_=ARRAY(LargeBinary)) for name in ("keys", "numbers")),
)
_REVIEW = text(
    "SELECT app.review_duplicates(:pairs, :persons, :others, :provinces, :opened_by, :at, :due_at)"
).bindparams(
    *(bindparam(name, type_=ARRAY(Uuid())) for name in ("pairs", "persons", "others")),
    bindparam("provinces", type_=ARRAY(Integer)),
    bindparam("opened_by", type_=Text),
    *(bindparam(name, type_=DateTime(timezone=True)) for name in ("at", "due_at")),
)


async def keep_keys(session: AsyncSession, person: PersonRow, keys: Collection[bytes]) -> None:
    """Let a person be found by these groups, and by no others."""
    kept = {"person_id": person.id, "unit_id": person.unit_id, "keys": list(keys)}
    await (await session.connection()).execute(_KEEP, kept)


async def keep_keys_of(session: AsyncSession, groups: Sequence[tuple[PersonRow, Collection[bytes]]]) -> int:
    """Let people be found by these groups, and by no others; tell how many were in others.

    Nobody is locked: whoever was corrected since they were read is left as that correction has made them.
    """
    kept = {
        "persons": [person.id for person, _ in groups],
        "versions": [person.version for person, _ in groups],
        "owners": [person.id for person, keys in groups for _ in keys],
        "keys": [key for _, keys in groups for key in keys],
    }
    changed: int = (await (await session.connection()).execute(_KEEP_ALL, kept)).scalar_one()
    return changed


async def people_after(session: AsyncSession, last: UUID, *, size: int) -> list[tuple[UUID, int]]:
    """Name the next people by their ids, and which unit has each; the worker sees no more of them."""
    found = await (await session.connection()).execute(_AFTER, {"last": last, "size": size})
    return [(person_id, unit_id) for person_id, unit_id in found.all()]


async def people(
    session: AsyncSession, person_ids: Collection[UUID], *, scope: Scope, today: date
) -> Sequence[PersonRow]:
    """Load those of the people whom somebody might be, in the order of their ids."""
    among = col(PersonRow.id) == any_(literal(list(person_ids), ARRAY(Uuid())))
    query = select(PersonRow).where(among, visible(PersonRow, scope, today=today))
    return (await session.exec(query.where(PersonRow.state == RecordState.ACTIVE).order_by(col(PersonRow.id)))).all()


async def documents(
    session: AsyncSession, person_ids: Collection[UUID], *, scope: Scope, today: date
) -> Sequence[IdentityDocumentRow]:
    """Load the identity documents of several people."""
    table = IdentityDocumentRow
    among = col(table.person_id) == any_(literal(list(person_ids), ARRAY(Uuid())))
    query = select(table).where(among, visible(table, scope, today=today), table.state == RecordState.ACTIVE)
    return (await session.exec(query)).all()


async def alike(
    session: AsyncSession, person_id: UUID, *, keys: Iterable[bytes], numbers: Iterable[bytes]
) -> list[Candidate]:
    """Find who shares a number or a group with a person, the groups that are named first before the others."""
    asked = {"person_id": person_id, "keys": list(keys), "numbers": list(numbers)}
    found = await (await session.connection()).execute(_ALIKE, asked)
    return [
        Candidate(
            Portrait(
                root_id,
                name,
                tuple(aliases),
                Sex(sex),
                birth_date,
                birth_year,
                birthplace,
                frozenset(map(bytes, shared)),
            ),
            unit_id,
        )
        for root_id, unit_id, name, aliases, sex, birth_date, birth_year, birthplace, shared in found.all()
    ]


async def ask_provinces(
    session: AsyncSession, reviews: Collection[Review], *, opened_by: str, at: datetime, due_at: datetime
) -> int:
    """Ask provinces about pairs, each about the same pair once and for all; tell about how many.

    Nothing is asked where two officers have judged, or are about to, whether the two are one.
    """
    asked = {
        "pairs": [review.pair_id for review in reviews],
        "persons": [review.person_id for review in reviews],
        "others": [review.other_id for review in reviews],
        "provinces": [review.province_id for review in reviews],
    }
    when = {"opened_by": opened_by, "at": at, "due_at": due_at}
    count: int = (await (await session.connection()).execute(_REVIEW, asked | when)).scalar_one()
    return count
