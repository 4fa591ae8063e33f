"""Duplicates: the groups by which people are found, candidates wherever they are, and what provinces are asked.

Candidates are looked for past the wall, by one function of the database that takes keys and numbers which only the
service can make, and reads no more than 200 people. What it tells of people out of scope stays in the process.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, LargeBinary, Text, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.persons import PersonRow
from registry.domain.duplicate import Portrait
from registry.domain.person import Sex


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
_ALIKE = text("""
    SELECT root_id, unit_id, full_name, aliases, sex, birth_date, birth_year, birthplace, shared
    FROM app.people_alike(:person_id, :keys, :numbers)
""").bindparams(
    bindparam("person_id", type_=Uuid),
    *(bindparam(name, type_=ARRAY(LargeBinary)) for name in ("keys", "numbers")),
)
_REVIEW = text("SELECT app.review_duplicates(:pairs, :persons, :provinces, :opened_by, :at, :due_at)").bindparams(
    *(bindparam(name, type_=ARRAY(Uuid())) for name in ("pairs", "persons")),
    bindparam("provinces", type_=ARRAY(Integer)),
    bindparam("opened_by", type_=Text),
    *(bindparam(name, type_=DateTime(timezone=True)) for name in ("at", "due_at")),
)


async def keep_keys(session: AsyncSession, person: PersonRow, keys: Collection[bytes]) -> None:
    """Let a person be found by these groups, and by no others."""
    kept = {"person_id": person.id, "unit_id": person.unit_id, "keys": list(keys)}
    await (await session.connection()).execute(_KEEP, kept)


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
) -> None:
    """Ask provinces about pairs, each about the same pair once and for all."""
    asked = {
        "pairs": [review.pair_id for review in reviews],
        "persons": [review.person_id for review in reviews],
        "provinces": [review.province_id for review in reviews],
    }
    when = {"opened_by": opened_by, "at": at, "due_at": due_at}
    await (await session.connection()).execute(_REVIEW, asked | when)
