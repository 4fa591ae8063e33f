"""The check of a person against everybody: what the writer is told, and what goes to a province without a word."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from uuid import UUID

from registry.api.records.kind import Desk
from registry.api.schemas.persons import PersonFields
from registry.db import duplicates, records
from registry.db.duplicates import Candidate, Review
from registry.db.tables.persons import IdentityDocumentRow, PersonRow
from registry.domain.access import UnitScope
from registry.domain.duplicate import (
    MOST_REVIEWS,
    REVIEWED,
    Likeness,
    Portrait,
    blocking_keys,
    keys_to_search,
    pair_id,
    rank,
)
from registry.domain.person import DocumentType, birth_year_of, normalise_number
from registry.domain.person import Warning as Remark
from registry.domain.record import RecordState
from registry.domain.task import RULES, TaskKind

FOUND_BY = "urn:registry:duplicates|check"
"""Who opens a review: nobody in particular, so that whoever caused it is not told by the task."""


def portrait_of(person_id: UUID, fields: PersonFields | PersonRow) -> Portrait:
    """What is compared of a person, without numbers."""
    return Portrait(
        person_id,
        fields.full_name,
        tuple(fields.aliases),
        fields.sex,
        fields.birth_date,
        birth_year_of(fields.birth_date, fields.birth_year),
        fields.birthplace,
    )


async def keep_keys(desk: Desk, person: PersonRow) -> None:
    """Let the person be found by the names that they have now."""
    groups = blocking_keys(portrait_of(person.id, person))
    await duplicates.keep_keys(desk.session, person, [desk.keys.match_key_of(group) for group in groups])


async def check_names(desk: Desk, portrait: Portrait, *, unit_id: int) -> tuple[Remark, ...]:
    """Look for somebody who is known by a name of this person."""
    found = await _alike(desk, portrait, keys_to_search(portrait))
    return await _told(desk, portrait, found, unit_id=unit_id, pointer="/full_name")


async def check_number(desk: Desk, person: PersonRow, indexes: Collection[bytes]) -> tuple[Remark, ...]:
    """Look for somebody who shows the same number, on a document of whatever kind."""
    portrait = replace(portrait_of(person.id, person), numbers=frozenset(indexes))
    found = await _alike(desk, portrait, ())
    return await _told(desk, portrait, found, unit_id=person.unit_id, pointer="/number")


async def duplicates_of(desk: Desk, person: PersonRow) -> list[Likeness]:
    """Everybody within the caller's reach who is probably this person, the likeliest first."""
    portrait = replace(portrait_of(person.id, person), numbers=await _numbers_of(desk, person))
    found = await _alike(desk, portrait, keys_to_search(portrait))
    return _ranked(portrait, (each for each in found if _is_reached(desk, each)))


async def _numbers_of(desk: Desk, person: PersonRow) -> frozenset[bytes]:
    """Every index that the person's numbers may be stored under, on a document of whatever kind."""
    actor, table = desk.actor, IdentityDocumentRow
    rows = await records.all_of_person(
        desk.session, table, person.id, dated_by="recorded_at", scope=actor.scope, today=actor.today
    )
    shown = await desk.vault.opened_all([row for row in rows if row.state is RecordState.ACTIVE])
    numbers = (normalise_number(document.number) for document in shown)
    return frozenset(index for number in numbers for index in desk.key_ring.indexes(DocumentType, number))


async def _alike(desk: Desk, portrait: Portrait, groups: Iterable[str]) -> list[Candidate]:
    keys = [desk.keys.match_key_of(group) for group in groups]
    return await duplicates.alike(desk.session, portrait.id, keys=keys, numbers=portrait.numbers)


def _ranked(portrait: Portrait, found: Iterable[Candidate]) -> list[Likeness]:
    """Rank people, each once: one who was merged is known by several portraits."""
    best: dict[UUID, Likeness] = {}
    for like in rank(portrait, (each.portrait for each in found)):
        best.setdefault(like.id, like)
    return list(best.values())


def _is_reached(desk: Desk, candidate: Candidate) -> bool:
    scope = desk.actor.scope
    return isinstance(scope, UnitScope) and candidate.unit_id in scope.units


async def _told(
    desk: Desk, portrait: Portrait, found: Collection[Candidate], *, unit_id: int, pointer: str
) -> tuple[Remark, ...]:
    """Remark on those within reach, and leave the others to their province.

    The province is written to in any case, if only with nothing: an answer that takes longer would tell.
    """
    within = _ranked(portrait, (each for each in found if _is_reached(desk, each)))
    beyond = _ranked(portrait, (each for each in found if not _is_reached(desk, each)))
    asked = [like for like in beyond if like.score >= REVIEWED][:MOST_REVIEWS]
    places = {each.portrait.id: each.unit_id for each in found}
    reviews = [
        review for like in asked for review in _reviews(desk, like, {like.id: places[like.id], portrait.id: unit_id})
    ]
    at = desk.actor.at
    due_at = at + RULES[TaskKind.DUPLICATE_REVIEW].due_after
    await duplicates.ask_provinces(desk.session, reviews, opened_by=FOUND_BY, at=at, due_at=due_at)
    return (Remark("possible_duplicate", pointer),) if within else ()


def _reviews(desk: Desk, like: Likeness, units: Mapping[UUID, int]) -> Iterator[Review]:
    """Ask the province of both about a pair; where there are two, each about the one whom it may see."""
    today = desk.actor.today
    provinces = {desk.atlas.province(unit_id, today): person_id for person_id, unit_id in units.items()}
    pair = pair_id(*units, is_certain=like.is_certain)
    return (Review(pair, person_id, province_id) for province_id, person_id in provinces.items())
