"""Two passes over everybody: one puts people into the groups in which duplicates are looked for, one looks for them.

People recorded before there were groups, or under another secret, are in none of today's. A pass goes through people in
the order of their ids, a batch in a transaction, and goes on where it was broken off; done twice it changes nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import context, duplicates, match_passes
from registry.db.duplicates import Review
from registry.db.sealing import SealedValueUnreadable, Vault
from registry.db.tables.persons import PersonRow
from registry.domain.access import UnitScope
from registry.domain.atlas import Atlas
from registry.domain.duplicate import RULES, blocking_keys, keys_to_search
from registry.keys import Keys
from registry.usecases.duplicates import ask_provinces, indexes_of, portrait_of, ranked, reviews_of, worth_asking
from registry.vault.ring import KeyRing


class Pass(StrEnum):
    """What is done with everybody."""

    GROUPS = "groups"
    PAIRS = "pairs"


@dataclass(frozen=True, slots=True)
class Search:
    """What a pass works with."""

    keys: Keys
    ring: KeyRing
    atlas: Atlas
    now: datetime
    today: date

    @property
    def made_by(self) -> bytes:
        """Names the secret and the rules that groups are made by, and tells nothing of either."""
        return self.keys.match_key_of(f"rules {RULES}")


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction did: how many people it saw, what it found among them, and the last of them."""

    people: int
    found: int
    last: UUID | None


async def begin(session: AsyncSession, search: Search, which: Pass, *, again: bool = True) -> None:
    """Begin a pass, unless one by the same secret and rules was broken off: that goes on.

    `again`: also where such a one was finished.
    """
    row = await match_passes.hold(session, which)
    if row is None or row.made_by != search.made_by or (again and row.finished_at is not None):
        await match_passes.begin(session, which, made_by=search.made_by, at=search.now)


async def go_on(session: AsyncSession, search: Search, which: Pass) -> Batch:
    """Do the next batch of a pass that was begun, and write down how far it is."""
    row = await match_passes.hold(session, which)
    if row is None or row.finished_at is not None:
        return Batch(0, 0, None)
    batch = await look(session, search, which, after=row.last_id)
    row.people += batch.people
    row.found += batch.found
    if batch.last is None:
        row.finished_at = search.now
    else:
        row.last_id = batch.last
    await session.flush()
    return batch


async def look(session: AsyncSession, search: Search, which: Pass, *, after: UUID) -> Batch:
    """Do a batch as the worker, under the units that have its people and no others."""
    size, work = _WORK[which]
    held = await duplicates.people_after(session, after, size=size)
    if not held:
        return Batch(0, 0, None)
    async with _among(session, held, today=search.today) as scope:
        people = await duplicates.people(session, [person_id for person_id, _ in held], scope=scope, today=search.today)
        found = await work(session, search, people, scope)
    return Batch(len(people), found, held[-1][0])


@asynccontextmanager
async def _among(session: AsyncSession, held: Sequence[tuple[UUID, int]], *, today: date) -> AsyncIterator[UnitScope]:
    scope = UnitScope(tuple(sorted({unit_id for _, unit_id in held})))
    await context.enter(session, scope, today=today)
    yield scope
    await context.act_as_worker(session)


async def _put_into_groups(
    session: AsyncSession, search: Search, people: Sequence[PersonRow], _scope: UnitScope
) -> int:
    """Make the groups of people anew; how many were in others."""
    match_key_of = search.keys.match_key_of
    groups = [
        (person, [match_key_of(group) for group in blocking_keys(portrait_of(person.id, person))]) for person in people
    ]
    return await duplicates.keep_keys_of(session, groups)


async def _pair(session: AsyncSession, search: Search, people: Sequence[PersonRow], scope: UnitScope) -> int:
    """Ask provinces about likely duplicates; about how many pairs that nobody was asked about before.

    A pair is looked at from one side alone, the greater id's, and people who were merged as their survivor.
    """
    reviews: list[Review] = []
    survivors = [person for person in people if person.merged_into is None]
    numbers = await _numbers_of(session, search, survivors, scope)
    for person in survivors:
        portrait = replace(portrait_of(person.id, person), numbers=numbers.get(person.id, frozenset()))
        keys = [search.keys.match_key_of(group) for group in keys_to_search(portrait)]
        found = await duplicates.alike(session, person.id, keys=keys, numbers=portrait.numbers)
        likes = worth_asking(ranked(portrait, (each for each in found if each.portrait.id < person.id)))
        units = {each.portrait.id: each.unit_id for each in found} | {person.id: person.unit_id}
        reviews += reviews_of(portrait, likes, units, atlas=search.atlas, today=search.today)
    return await ask_provinces(session, reviews, at=search.now) if reviews else 0


async def _numbers_of(
    session: AsyncSession, search: Search, people: Sequence[PersonRow], scope: UnitScope
) -> Mapping[UUID, frozenset[bytes]]:
    """Every index that people's numbers may be stored under. What does not open is logged, and left out."""
    rows = await duplicates.documents(session, [person.id for person in people], scope=scope, today=search.today)
    vault = Vault(session, search.ring)
    with suppress(SealedValueUnreadable):
        await vault.within_reach([row.person_id for row in rows])  # one question for all their keys
    numbers: dict[UUID, frozenset[bytes]] = {}
    for row in rows:
        try:
            shown = await vault.opened(row)
        except SealedValueUnreadable:
            continue
        numbers[row.person_id] = numbers.get(row.person_id, frozenset()) | indexes_of(search.ring, (shown.number,))
    return numbers


_Work = Callable[[AsyncSession, Search, Sequence[PersonRow], UnitScope], Awaitable[int]]
_WORK: Mapping[Pass, tuple[int, _Work]] = {Pass.GROUPS: (500, _put_into_groups), Pass.PAIRS: (100, _pair)}
"""How many people are done in one transaction, and how."""
