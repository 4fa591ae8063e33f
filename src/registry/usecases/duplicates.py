"""Duplicates of one person among the candidates of the database, and which provinces are asked about whom.

A write asks so for one person, a pass over everybody for all of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import duplicates
from registry.db.duplicates import Candidate, Review
from registry.domain.atlas import Atlas
from registry.domain.duplicate import MOST_REVIEWS, REVIEWED, Likeness, Portrait, pair_id, rank
from registry.domain.person import DocumentType, Sex, birth_year_of, normalise_number
from registry.domain.task import RULES, TaskKind
from registry.vault.ring import KeyRing

FOUND_BY = "urn:registry:duplicates|check"
"""Who opens a review: nobody in particular, so that whoever caused it is not told by the task."""


class Described(Protocol):
    """What a person's record and a body that would change it say alike."""

    @property
    def full_name(self) -> str: ...
    @property
    def aliases(self) -> Sequence[str]: ...
    @property
    def sex(self) -> Sex: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def birth_year(self) -> int | None: ...
    @property
    def birthplace(self) -> str | None: ...


def portrait_of(person_id: UUID, described: Described) -> Portrait:
    """What is compared of a person, without numbers."""
    return Portrait(
        person_id,
        described.full_name,
        tuple(described.aliases),
        described.sex,
        described.birth_date,
        birth_year_of(described.birth_date, described.birth_year),
        described.birthplace,
    )


def indexes_of(ring: KeyRing, numbers: Iterable[str]) -> frozenset[bytes]:
    """Every index that numbers may be stored under, on a document of whatever kind."""
    return frozenset(index for number in numbers for index in ring.indexes(DocumentType, normalise_number(number)))


def ranked(portrait: Portrait, found: Iterable[Candidate]) -> list[Likeness]:
    """Rank people, each once: one who was merged is known by several portraits."""
    best: dict[UUID, Likeness] = {}
    for like in rank(portrait, (each.portrait for each in found)):
        best.setdefault(like.id, like)
    return list(best.values())


def worth_asking(likes: Iterable[Likeness]) -> list[Likeness]:
    """Those of ranked people about whom a province is asked."""
    return [like for like in likes if like.score >= REVIEWED][:MOST_REVIEWS]


def reviews_of(
    portrait: Portrait, asked: Iterable[Likeness], units: Mapping[UUID, int], *, atlas: Atlas, today: date
) -> Iterator[Review]:
    """Ask the province of both about each pair; where there are two, each about the one whom it may see.

    A unit that has ended still has people until the worker places them: they are asked about where they will be.
    """

    def province_of(person_id: UUID) -> int:
        return atlas.province(atlas.current(units[person_id], today), today)

    for like in asked:
        provinces = {province_of(like.id): (like.id, portrait.id), province_of(portrait.id): (portrait.id, like.id)}
        pair = pair_id(portrait.id, like.id, is_certain=like.is_certain)
        for province_id, (person_id, other_id) in provinces.items():
            yield Review(pair, person_id, other_id, province_id)


async def ask_provinces(session: AsyncSession, reviews: Collection[Review], *, at: datetime) -> int:
    """Open the tasks of reviews, where none was ever; tell about how many pairs."""
    due_at = at + RULES[TaskKind.DUPLICATE_REVIEW].due_after
    return await duplicates.ask_provinces(session, reviews, opened_by=FOUND_BY, at=at, due_at=due_at)
