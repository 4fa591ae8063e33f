"""A new master key takes over: keys of people are wrapped anew and identity numbers indexed anew, batch by batch.

Each batch is a transaction of its own and what is moved is known by its own number, so that a run that was broken off
goes on where it was. Answers do not wait: old and new are read alike. No data is sealed anew, and no version changes.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ARRAY, Integer, LargeBinary, TextClause, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.context import closed_transaction, keys_transaction
from registry.db.engine import Sessions
from registry.domain.person import normalise_number
from registry.vault.gcm import Broken
from registry.vault.ring import KeyRing, WrappedKey
from registry.vault.sealed import Place, Sealed

log = logging.getLogger(__name__)

BATCH = 500
_START = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Use:
    """How much hangs on one master key: wrapped keys of people and of refused operations, indexes of numbers."""

    master_key: int
    people: int
    numbers: int
    rejections: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """How many were moved, and how many could not be: they do not open, and stay as they are."""

    done: int = 0
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction moved; `last` is where the next one begins, None after the end."""

    moved: Moved
    last: tuple[UUID, UUID] | None


Move: TypeAlias = Callable[[AsyncSession, KeyRing, tuple[UUID, UUID]], Awaitable[Batch]]

_SAMPLES = text("SELECT owner_id, key_id, master_key, wrapped_key FROM app.key_samples()")
_USES = text("""
    SELECT master_key, sum(people)::int, sum(numbers)::int, sum(rejections)::int FROM (
        SELECT master_key, count(wrapped_key), 0, 0 FROM person_key GROUP BY master_key
        UNION ALL
        SELECT number_index_key, 0, count(*), 0 FROM identity_document GROUP BY number_index_key
        UNION ALL
        SELECT master_key, 0, 0, count(*) FROM sync_rejection GROUP BY master_key
    ) AS used (master_key, people, numbers, rejections)
    GROUP BY master_key ORDER BY master_key
""")


def _asking(statement: str) -> TextClause:
    return text(statement).bindparams(
        bindparam("newest", type_=Integer), bindparam("person", type_=Uuid), bindparam("size", BATCH, type_=Integer)
    )


_KEYS = _asking("""
    SELECT person_id, id, master_key, wrapped_key FROM person_key
    WHERE master_key < :newest AND person_id > :person AND wrapped_key IS NOT NULL
    ORDER BY person_id LIMIT :size FOR UPDATE
""")
_REJECTIONS = _asking("""
    SELECT id, key_id, master_key, wrapped_key FROM sync_rejection
    WHERE master_key < :newest AND id > :person ORDER BY id LIMIT :size FOR UPDATE
""")
_REJECTIONS_REWRAPPED = text("""
    UPDATE sync_rejection SET master_key = :newest, wrapped_key = moved.wrapped_key
    FROM unnest(:persons, :wrapped) AS moved (id, wrapped_key) WHERE sync_rejection.id = moved.id
""").bindparams(
    bindparam("newest", type_=Integer),
    bindparam("persons", type_=ARRAY(Uuid())),
    bindparam("wrapped", type_=ARRAY(LargeBinary)),
)
_REWRAPPED = text("""
    UPDATE person_key SET master_key = :newest, wrapped_key = moved.wrapped_key
    FROM unnest(:persons, :wrapped) AS moved (person_id, wrapped_key) WHERE person_key.person_id = moved.person_id
""").bindparams(
    bindparam("newest", type_=Integer),
    bindparam("persons", type_=ARRAY(Uuid())),
    bindparam("wrapped", type_=ARRAY(LargeBinary)),
)
_NUMBERS = _asking("""
    SELECT document.person_id, document.id, document.document_type, document.number,
        person_key.id, person_key.master_key, person_key.wrapped_key
    FROM identity_document AS document JOIN person_key ON person_key.person_id = document.person_id
    WHERE document.number_index_key < :newest AND (document.person_id, document.id) > (:person, :document)
    ORDER BY document.person_id, document.id LIMIT :size FOR UPDATE OF document
""").bindparams(bindparam("document", type_=Uuid))
_REINDEXED = text("""
    UPDATE identity_document SET number_index_key = :newest, number_index = moved.number_index
    FROM unnest(:persons, :documents, :indexes) AS moved (person_id, id, number_index)
    WHERE identity_document.person_id = moved.person_id AND identity_document.id = moved.id
""").bindparams(
    bindparam("newest", type_=Integer),
    *(bindparam(name, type_=ARRAY(Uuid())) for name in ("persons", "documents")),
    bindparam("indexes", type_=ARRAY(LargeBinary)),
)


async def uses(sessions: Sessions) -> list[Use]:
    """Tell what hangs on each master key: one on which nothing hangs can be taken off the ring."""
    async with keys_transaction(sessions) as session:
        found = await (await session.connection()).execute(_USES)
        return [Use(*row) for row in found.all()]


async def unusable(sessions: Sessions, ring: KeyRing) -> list[int]:
    """Name the master keys on which something hangs, and which the ring lacks or has under that number as another.

    The service asks at its start, and may move no key.
    """
    async with closed_transaction(sessions) as session:
        samples = (await (await session.connection()).execute(_SAMPLES)).all()
    wrong = {master_key for _, _, master_key, _ in samples} - ring.keys.keys()
    for owner, key_id, master_key, blob in samples:
        if blob is None:
            continue  # an index of numbers: it tells which key it needs, and opens nothing
        try:
            await ring.unwrap(WrappedKey(key_id, master_key, blob), person_id=owner)
        except Broken:
            wrong.add(master_key)
    return sorted(wrong)


async def move(sessions: Sessions, ring: KeyRing, one_batch: Move) -> Moved:
    """Move everything, a batch in a transaction."""
    done = broken = 0
    last: tuple[UUID, UUID] | None = (_START, _START)
    while last is not None:
        async with keys_transaction(sessions) as session:
            batch = await one_batch(session, ring, last)
        done, broken, last = done + batch.moved.done, broken + batch.moved.broken, batch.last
    return Moved(done, broken)


async def rewrap(session: AsyncSession, ring: KeyRing, after: tuple[UUID, UUID]) -> Batch:
    """Wrap keys of people under the newest master key. The keys themselves, and what they sealed, stay."""
    return await _rewrap(session, ring, after, found_by=_KEYS, kept_by=_REWRAPPED)


async def rewrap_rejections(session: AsyncSession, ring: KeyRing, after: tuple[UUID, UUID]) -> Batch:
    """Wrap keys of refused operations under the newest master key."""
    return await _rewrap(session, ring, after, found_by=_REJECTIONS, kept_by=_REJECTIONS_REWRAPPED)


async def _rewrap(
    session: AsyncSession, ring: KeyRing, after: tuple[UUID, UUID], *, found_by: TextClause, kept_by: TextClause
) -> Batch:
    """Wrap the keys of owners: a person, or a refused operation that has a key of its own."""
    connection = await session.connection()
    newest = ring.newest.number
    rows = (await connection.execute(found_by, {"newest": newest, "person": after[0]})).all()
    wrapped = {}
    for owner, key_id, master_key, blob in rows:
        try:
            key = await ring.unwrap(WrappedKey(key_id, master_key, blob), person_id=owner)
        except Broken:
            log.error("person_key.unreadable", extra={"person_id": owner, "master_key": master_key})  # noqa: TRY400 - the trace says nothing
        else:
            wrapped[owner] = (await ring.wrap(key, person_id=owner)).blob
    moved = {"newest": newest, "persons": list(wrapped), "wrapped": list(wrapped.values())}
    await connection.execute(kept_by, moved)
    return Batch(Moved(len(wrapped), len(rows) - len(wrapped)), (rows[-1][0], _START) if rows else None)


async def reindex(session: AsyncSession, ring: KeyRing, after: tuple[UUID, UUID]) -> Batch:
    """Index identity numbers under the newest master key. Searches ask under all keys of the ring meanwhile."""
    connection = await session.connection()
    newest = ring.newest
    asked = {"newest": newest.number, "person": after[0], "document": after[1]}
    rows = (await connection.execute(_NUMBERS, asked)).all()
    indexes = {}
    for person_id, document_id, kind, number, key_id, master_key, blob in rows:
        place = Place("identity_document", "number", person_id, document_id)
        try:
            key = await ring.unwrap(WrappedKey(key_id, master_key, blob), person_id=person_id)
            opened = key.open(Sealed(number), place)
        except Broken:
            log.error("sealed_value.unreadable", extra={"person_id": person_id, "record_id": document_id})  # noqa: TRY400 - the trace says nothing
        else:
            indexes[person_id, document_id] = newest.index(kind, normalise_number(opened))
    moved = {
        "newest": newest.number,
        "persons": [person_id for person_id, _ in indexes],
        "documents": [document_id for _, document_id in indexes],
        "indexes": list(indexes.values()),
    }
    await connection.execute(_REINDEXED, moved)
    return Batch(Moved(len(indexes), len(rows) - len(indexes)), (rows[-1][0], rows[-1][1]) if rows else None)
