"""The search for duplicates in the database: how many are read, who comes first, and who is left out."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import duplicates
from registry.db.tables.persons import PersonRow
from registry.domain.duplicate import MOST_CANDIDATES
from registry.domain.record import RecordState
from tests.factories.rows import THERE, a_document_row, a_person_row, kept

COMMON, RARE = b"c" * 16, b"r" * 16
NUMBER = b"a number"


async def found(session: AsyncSession, *keys: bytes, numbers: tuple[bytes, ...] = ()) -> list[UUID]:
    candidates = await duplicates.alike(session, uuid4(), keys=keys, numbers=numbers)
    return [candidate.portrait.id for candidate in candidates]


async def grouped(session: AsyncSession, person: PersonRow, *keys: bytes) -> UUID:
    await kept(session, person)
    await duplicates.keep_keys(session, person, keys)
    return person.id


async def test_no_more_are_read_than_promised_and_the_narrowest_groups_come_first(session: AsyncSession) -> None:
    people = [a_person_row() for _ in range(MOST_CANDIDATES + 5)]
    session.add_all(people)
    await session.flush()
    for person in people:
        await duplicates.keep_keys(session, person, [COMMON])
    rare = await grouped(session, a_person_row(id=UUID(int=2**128 - 1)), RARE)
    numbered = await grouped(session, a_person_row(id=UUID(int=2**128 - 2)))
    await kept(session, a_document_row(await session.get_one(PersonRow, numbered), number_index=NUMBER))

    read = await found(session, RARE, COMMON, numbers=(NUMBER,))

    assert len(read) == MOST_CANDIDATES
    assert {rare, numbered} < set(read)


async def test_of_numbers_only_those_asked_for_are_told(session: AsyncSession) -> None:
    person = a_person_row()
    await kept(session, person, *(a_document_row(person, number_index=index) for index in (NUMBER, b"another")))

    (candidate,) = await duplicates.alike(session, uuid4(), keys=(), numbers=[NUMBER, b"nobody's"])

    assert candidate.portrait.numbers == {NUMBER}


async def test_neither_the_person_nor_the_voided_nor_one_joined_already_is_a_candidate(session: AsyncSession) -> None:
    survivor, voided = a_person_row(), a_person_row(state=RecordState.VOIDED)
    merged = a_person_row(root_id=survivor.id)
    for person in (survivor, voided, merged):
        await grouped(session, person, RARE)

    assert await duplicates.alike(session, survivor.id, keys=[RARE], numbers=()) == []
    assert await duplicates.alike(session, merged.id, keys=[RARE], numbers=()) == []


async def test_who_was_merged_is_found_as_the_survivor_where_the_survivor_is(session: AsyncSession) -> None:
    survivor = a_person_row(unit_id=THERE)
    merged = a_person_row(root_id=survivor.id, full_name="Trần Văn Cũ")
    await kept(session, survivor)
    await grouped(session, merged, RARE)

    (candidate,) = await duplicates.alike(session, uuid4(), keys=[RARE], numbers=())

    assert (candidate.portrait.id, candidate.unit_id) == (survivor.id, THERE)
    assert candidate.portrait.full_name == "Trần Văn Cũ"


CROWD = 2_000
CROWDED = text(f"""
    WITH crowd AS (
        INSERT INTO person (id, root_id, unit_id, unit_certainty, full_name, folded_name, sort_key, aliases, sex,
            nationality, education, processing, version, state, recorded_at, changed_at, changed_by, fingerprint)
        SELECT id, id, {THERE}, 'whole', 'Một', 'mot', 'mot', '{{}}', 'male', 'VN', 'unknown', 'unrestricted', 1,
            'active', now(), now(), 'x', ''
        FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, {CROWD})) AS one
        RETURNING id
    ), grouped AS (
        INSERT INTO person_match_key (person_id, key, unit_id)
        SELECT id, key, {THERE} FROM crowd, unnest(CAST(:keys AS bytea[])) AS key
    )
    INSERT INTO identity_document (person_id, id, unit_id, document_type, number, number_index, number_index_key,
        version, state, recorded_at, changed_at, changed_by, fingerprint)
    SELECT id, id, {THERE}, 'cccd', '', :number, 1, 1, 'active', now(), now(), 'x', '' FROM crowd
""")  # noqa: S608 - made of numbers
READ = text("""
    SELECT relname, CASE relkind WHEN 'i' THEN pg_stat_get_xact_tuples_returned(oid)
        ELSE pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid) END
    FROM pg_class WHERE relname IN (
        'person', 'person_match_key', 'ix_person_match_key_key', 'identity_document',
        'ix_identity_document_number_index'
    )
""")


async def rows_read(session: AsyncSession) -> dict[str, int]:
    """How many rows and entries of indexes the transaction has read so far."""
    answer = await (await session.connection()).execute(READ)
    return {str(name): int(count) for name, count in answer}


@pytest.mark.parametrize(
    ("keys", "numbers"),
    [
        pytest.param(["common"], [], id="a common name"),
        pytest.param(["rare", "common", "other"], [], id="a rare name and common ones"),
        pytest.param([], ["number"], id="a number that thousands were given"),
        pytest.param(["common", "other"], ["number", "nobody's"], id="both"),
    ],
)
async def test_of_a_crowd_no_more_is_read_than_promised(
    session: AsyncSession, keys: list[str], numbers: list[str]
) -> None:
    # Of their own in each case: indexes still hold what another test has rolled back.
    made = {name: uuid4().bytes for name in ("common", "other", "rare", "number", "nobody's")}
    crowd = {"keys": [made["common"], made["other"]], "number": made["number"]}
    await (await session.connection()).execute(CROWDED, crowd)
    rare = await grouped(session, a_person_row(), made["rare"])
    await (await session.connection()).execute(text("ANALYZE person, person_match_key, identity_document"))
    before = await rows_read(session)

    read = await found(session, *(made[name] for name in keys), numbers=tuple(made[name] for name in numbers))

    counted = {name: count - before[name] for name, count in (await rows_read(session)).items()}
    assert len(read) == MOST_CANDIDATES
    assert (rare in read) == ("rare" in keys)
    assert counted["ix_person_match_key_key"] <= MOST_CANDIDATES
    assert counted["person_match_key"] <= MOST_CANDIDATES
    assert counted["ix_identity_document_number_index"] <= MOST_CANDIDATES
    assert counted["person"] <= 2 * MOST_CANDIDATES + 1  # candidates and their survivors, and who is asked for
    assert counted["identity_document"] <= 2 * MOST_CANDIDATES  # by the number, and by the candidate


async def test_whom_it_finds_is_the_same_each_time(session: AsyncSession) -> None:
    await (await session.connection()).execute(CROWDED, {"keys": [COMMON], "number": NUMBER})

    assert sorted(await found(session, COMMON)) == sorted(await found(session, COMMON))


async def test_who_was_corrected_since_they_were_read_is_left_alone(session: AsyncSession) -> None:
    person, corrected = a_person_row(), a_person_row()
    await grouped(session, person, COMMON)
    await grouped(session, corrected, COMMON)
    stale = a_person_row(id=corrected.id, version=corrected.version - 1)

    changed = await duplicates.keep_keys_of(session, [(person, [RARE]), (stale, [RARE])])

    assert changed == 1
    assert await found(session, RARE) == [person.id]
    assert await found(session, COMMON) == [corrected.id]
    assert await duplicates.keep_keys_of(session, [(person, [RARE])]) == 0
