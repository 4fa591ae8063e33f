"""The check of a person against everybody: what the writer is told, and what goes to a province without a word."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from registry.api.records.kind import Desk
from registry.db import duplicates, records
from registry.db.duplicates import Candidate
from registry.db.persons import Owner
from registry.db.tables.persons import IdentityDocumentRow, PersonRow
from registry.domain.access import UnitScope
from registry.domain.duplicate import Likeness, Portrait, blocking_keys, keys_to_search
from registry.domain.person import Warning as Remark
from registry.domain.record import RecordState
from registry.usecases.duplicates import ask_provinces, indexes_of, portrait_of, ranked, reviews_of, worth_asking


async def keep_keys(desk: Desk, person: PersonRow) -> None:
    """Let the person be found by the names that they have now."""
    groups = blocking_keys(portrait_of(person.id, person))
    await duplicates.keep_keys(desk.session, person, [desk.keys.match_key_of(group) for group in groups])


async def check_names(desk: Desk, portrait: Portrait, *, unit_id: int) -> tuple[Remark, ...]:
    """Look for somebody who is known by a name of this person."""
    found = await _alike(desk, portrait, keys_to_search(portrait))
    return await _told(desk, portrait, found, unit_id=unit_id, pointer="/full_name")


async def check_number(desk: Desk, person: Owner, indexes: Collection[bytes]) -> tuple[Remark, ...]:
    """Look for somebody who shows the same number, on a document of whatever kind."""
    portrait = replace(portrait_of(person.id, person), numbers=frozenset(indexes))
    found = await _alike(desk, portrait, ())
    return await _told(desk, portrait, found, unit_id=person.unit_id, pointer="/number")


async def duplicates_of(desk: Desk, person: PersonRow) -> list[Likeness]:
    """Everybody within the caller's reach who is probably this person, the likeliest first."""
    portrait = replace(portrait_of(person.id, person), numbers=await _numbers_of(desk, person))
    found = await _alike(desk, portrait, keys_to_search(portrait))
    return ranked(portrait, (each for each in found if _is_reached(desk, each)))


async def _numbers_of(desk: Desk, person: PersonRow) -> frozenset[bytes]:
    """Every index that the person's numbers may be stored under, on a document of whatever kind."""
    actor, table = desk.actor, IdentityDocumentRow
    rows = await records.all_of_person(
        desk.session, table, person.id, dated_by="recorded_at", scope=actor.scope, today=actor.today
    )
    shown = await desk.vault.opened_all([row for row in rows if row.state is RecordState.ACTIVE])
    return indexes_of(desk.key_ring, (document.number for document in shown))


async def _alike(desk: Desk, portrait: Portrait, groups: Iterable[str]) -> list[Candidate]:
    keys = [desk.keys.match_key_of(group) for group in groups]
    return await duplicates.alike(desk.session, portrait.id, keys=keys, numbers=portrait.numbers)


def _is_reached(desk: Desk, candidate: Candidate) -> bool:
    scope = desk.actor.scope
    return isinstance(scope, UnitScope) and candidate.unit_id in scope.units


async def _told(
    desk: Desk, portrait: Portrait, found: Collection[Candidate], *, unit_id: int, pointer: str
) -> tuple[Remark, ...]:
    """Remark on those within reach, and leave the others to their province.

    The province is written to in any case, if only with nothing: an answer that takes longer would tell.
    """
    within = ranked(portrait, (each for each in found if _is_reached(desk, each)))
    beyond = ranked(portrait, (each for each in found if not _is_reached(desk, each)))
    units = {each.portrait.id: each.unit_id for each in found} | {portrait.id: unit_id}
    actor = desk.actor
    asked = reviews_of(portrait, worth_asking(beyond), units, atlas=desk.atlas, today=actor.today)
    await ask_provinces(desk.session, list(asked), at=actor.at)
    return (Remark("possible_duplicate", pointer),) if within else ()
