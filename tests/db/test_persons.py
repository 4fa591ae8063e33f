"""People in the database: pages within a scope in one statement, and the words they are found by."""

import pytest
from sqlalchemy import event
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import persons
from registry.db.persons import PersonFilter
from registry.db.tables.persons import PersonNameTokenRow, PersonRow
from registry.domain.access import Scope, UnitScope
from registry.domain.record import RecordState
from tests.factories.rows import HERE, THERE, TODAY, a_file_row, a_person_row, kept

IN_REACH: Scope = UnitScope((HERE,))
ANYONE = PersonFilter()


async def names(
    session: AsyncSession, wanted: PersonFilter = ANYONE, *, scope: Scope = IN_REACH, limit: int = 50
) -> list[str]:
    rows = await persons.page(session, wanted, scope=scope, today=TODAY, limit=limit, after=None)
    return [row.full_name for row in rows]


@pytest.fixture
async def people(session: AsyncSession) -> list[PersonRow]:
    rows = [a_person_row(full_name=name) for name in ("Đỗ Hoà", "Lê An", "Võ Đạt", "Bùi Dũng")]
    elsewhere = a_person_row(full_name="Lê Xa", unit_id=THERE)
    voided = a_person_row(full_name="Lê Không", state=RecordState.VOIDED)
    merged = a_person_row(full_name="Lê Hai", root_id=rows[1].id)
    await kept(session, *rows, elsewhere, voided, merged)
    for row in (*rows, elsewhere, voided, merged):
        await persons.add_tokens(session, row)
    return rows


@pytest.mark.usefixtures("people")
class TestPage:
    async def test_people_in_reach_in_vietnamese_order_without_voided_and_merged_ones(
        self, session: AsyncSession
    ) -> None:
        assert await names(session) == ["Lê An", "Bùi Dũng", "Võ Đạt", "Đỗ Hoà"]
        assert await names(session, scope=UnitScope((THERE,))) == ["Lê Xa"]
        assert await names(session, scope=UnitScope(())) == []

    async def test_a_row_beyond_the_limit_tells_of_a_next_page(self, session: AsyncSession) -> None:
        assert await names(session, limit=2) == ["Lê An", "Bùi Dũng", "Võ Đạt"]

    async def test_a_page_begins_after_its_key(self, session: AsyncSession, people: list[PersonRow]) -> None:
        _, first, _, _ = people
        rows = await persons.page(
            session, PersonFilter(), scope=IN_REACH, today=TODAY, limit=50, after=(first.sort_key, first.id)
        )

        assert [row.full_name for row in rows] == ["Bùi Dũng", "Võ Đạt", "Đỗ Hoà"]

    async def test_a_unit_filter_narrows_the_scope_and_never_widens_it(self, session: AsyncSession) -> None:
        assert await names(session, PersonFilter(units=frozenset({HERE, THERE}))) == await names(session)
        assert await names(session, PersonFilter(units=frozenset({THERE}))) == []

    async def test_every_word_must_begin_a_word_of_the_name(self, session: AsyncSession) -> None:
        assert await names(session, PersonFilter(name="d")) == ["Bùi Dũng", "Võ Đạt", "Đỗ Hoà"]
        assert await names(session, PersonFilter(name="d ho")) == ["Đỗ Hoà"]
        assert await names(session, PersonFilter(name="lê")) == ["Lê An"]
        assert await names(session, PersonFilter(name="'")) == []

    async def test_a_page_is_one_statement_whatever_is_asked(
        self, session: AsyncSession, people: list[PersonRow]
    ) -> None:
        await kept(session, a_file_row(people[0]))
        counted: list[str] = []
        connection = await session.connection()
        event.listen(connection.sync_connection, "before_cursor_execute", lambda *call: counted.append(call[2]))

        found = await names(session, PersonFilter(name="hoa", category="illegal_user", units=frozenset({HERE})))  # type: ignore[arg-type]  # a StrEnum's value

        assert (found, len(counted)) == (["Đỗ Hoà"], 1)


class TestTokens:
    async def test_the_words_of_name_and_aliases_each_once(self, session: AsyncSession) -> None:
        person = a_person_row(full_name="Đỗ Văn Hoà", aliases=["Tư Hòa", "Văn (Bảy)"])
        await kept(session, person)

        await persons.add_tokens(session, person)

        assert await tokens(session, person) == ["bay", "do", "hoa", "tu", "van"]

    async def test_new_words_take_the_place_of_the_former(self, session: AsyncSession) -> None:
        person = a_person_row(full_name="Đỗ Văn Hoà")
        await kept(session, person)
        await persons.add_tokens(session, person)

        person.full_name = "..."
        await persons.add_tokens(session, person)

        assert await tokens(session, person) == []

    async def test_the_words_follow_the_person_s_unit(self, session: AsyncSession) -> None:
        person = a_person_row()
        await kept(session, person)
        await persons.add_tokens(session, person)

        person.unit_id = THERE
        await kept(session, person)

        units = select(PersonNameTokenRow.unit_id).where(PersonNameTokenRow.person_id == person.id).distinct()
        assert (await session.exec(units)).all() == [THERE]


class TestLock:
    async def test_a_person_is_locked_within_reach_only(self, session: AsyncSession) -> None:
        person = a_person_row()
        await kept(session, person)

        assert await persons.lock(session, person.id, scope=IN_REACH, today=TODAY) is person
        assert await persons.lock(session, person.id, scope=UnitScope((THERE,)), today=TODAY) is None


async def tokens(session: AsyncSession, person: PersonRow) -> list[str]:
    query = select(PersonNameTokenRow.token).where(PersonNameTokenRow.person_id == person.id)
    return sorted((await session.exec(query)).all())
