"""The search for duplicates in the database: how many are read, who comes first, and who is left out."""

from uuid import UUID, uuid4

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
