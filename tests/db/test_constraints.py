"""What the database holds itself, whoever writes: each constraint by its name, and the refusal it stands for."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.constraints import CONSTRAINTS
from registry.db.tables.all import metadata
from registry.domain.episode import Modality
from registry.domain.record import RecordState
from tests.factories.rows import (
    HERE,
    THERE,
    a_count_row,
    a_document_row,
    a_file_row,
    a_person_row,
    a_responsibility_row,
    a_status_row,
    an_episode_row,
    an_organisation_row,
    kept,
)

ENDED: dict[str, Any] = {"ended_on": date(2020, 9, 16), "outcome": "completed"}
CLOSED: dict[str, Any] = {"closed_on": date(2020, 9, 16), "close_reason": "term_ended"}


async def broken(session: AsyncSession, *rows: Any) -> str:  # noqa: ANN401 - rows of any table
    """Write rows of which the last is refused; the name of the constraint."""
    await kept(session, *rows[:-1])
    with pytest.raises(IntegrityError) as refusal:
        async with session.begin_nested():
            await kept(session, rows[-1])
    return str(getattr(refusal.value.driver_exception, "constraint_name", None))


class TestEpisodes:
    @pytest.mark.parametrize("modality", [Modality.COMMUNITY, Modality.FACILITY])
    async def test_one_open_on_a_track(self, session: AsyncSession, modality: Modality) -> None:
        person = a_person_row()
        await kept(session, person)

        name = await broken(session, an_episode_row(person), an_episode_row(person, modality=modality))

        assert name == "uq_episode_one_open_per_track"

    async def test_others_do_not_count(self, session: AsyncSession) -> None:
        person, other = a_person_row(), a_person_row()
        await kept(session, person, other)

        await kept(
            session,
            an_episode_row(person),
            an_episode_row(person, modality=Modality.METHADONE),
            an_episode_row(person, **ENDED),
            an_episode_row(person, state=RecordState.VOIDED),
            an_episode_row(other),
        )

    async def test_the_track_is_held_by_the_survivor_of_a_merge(self, session: AsyncSession) -> None:
        survivor = a_person_row()
        await kept(session, survivor)
        merged = a_person_row(root_id=survivor.id)
        await kept(session, merged)

        name = await broken(session, an_episode_row(survivor), an_episode_row(merged))

        assert name == "uq_episode_one_open_per_track"

    @pytest.mark.parametrize(
        ("over", "name"),
        [
            ({"ended_on": date(2020, 9, 16)}, "ck_episode_exit"),
            ({"outcome": "completed"}, "ck_episode_exit"),
            (ENDED | {"started_on": date(2020, 9, 17)}, "ck_episode_order"),
            (ENDED | {"registered_on": date(2020, 9, 17)}, "ck_episode_order"),
            ({"provider_id": uuid4()}, "fk_episode_provider_id"),
        ],
    )
    async def test_what_cannot_be(self, session: AsyncSession, over: dict[str, Any], name: str) -> None:
        person = a_person_row()
        await kept(session, person)

        assert await broken(session, an_episode_row(person, **over)) == name


class TestFiles:
    async def test_one_open_of_a_category(self, session: AsyncSession) -> None:
        person = a_person_row()
        await kept(session, person)

        name = await broken(session, a_file_row(person), a_file_row(person))

        assert name == "uq_management_file_one_open_per_category"

    async def test_others_do_not_count(self, session: AsyncSession) -> None:
        person = a_person_row()
        await kept(session, person)

        await kept(
            session,
            a_file_row(person),
            a_file_row(person, category="addicted"),
            a_file_row(person, **CLOSED),
            a_file_row(person, state=RecordState.VOIDED),
        )

    @pytest.mark.parametrize(
        ("over", "name"),
        [
            ({"closed_on": date(2020, 9, 16)}, "ck_management_file_closed"),
            (CLOSED | {"opened_on": date(2020, 9, 17)}, "ck_management_file_order"),
        ],
    )
    async def test_what_cannot_be(self, session: AsyncSession, over: dict[str, Any], name: str) -> None:
        person = a_person_row()
        await kept(session, person)

        assert await broken(session, a_file_row(person, **over)) == name


class TestPersons:
    async def test_the_year_is_that_of_the_date(self, session: AsyncSession) -> None:
        person = a_person_row(birth_date=date(1992, 5, 17), birth_year=1991)

        assert await broken(session, person) == "ck_person_birth_year"

    async def test_one_responsible_unit_at_a_time(self, session: AsyncSession) -> None:
        person = a_person_row()
        await kept(session, person)

        name = await broken(session, a_responsibility_row(person), a_responsibility_row(person))

        assert name == "uq_responsibility_one_open"
        await kept(session, a_responsibility_row(person, to_on=date(2020, 1, 1)))

    async def test_a_record_s_unit_is_the_person_s(self, session: AsyncSession) -> None:
        person = a_person_row(unit_id=HERE)
        await kept(session, person)

        assert await broken(session, a_file_row(person, unit_id=THERE)) == "fk_management_file_person_id_unit_id"

    async def test_two_people_may_carry_one_number(self, session: AsyncSession) -> None:
        person, other = a_person_row(), a_person_row()

        await kept(session, person, other, a_document_row(person), a_document_row(other), a_document_row(person))


class TestPlaces:
    async def test_a_code_of_an_organisation_is_taken_once(self, session: AsyncSession) -> None:
        name = await broken(session, an_organisation_row(code="PY-01"), an_organisation_row(code="PY-01"))

        assert name == "uq_organisation_code"
        await kept(session, an_organisation_row(code="PY-01", state=RecordState.VOIDED))

    async def test_one_count_of_a_commune_and_a_day(self, session: AsyncSession) -> None:
        assert await broken(session, a_count_row(), a_count_row()) == "uq_suspected_count_one_per_day"
        await kept(session, a_count_row(commune_unit_id=THERE), a_count_row(counted_on=date(2021, 1, 2)))
        await kept(session, a_count_row(state=RecordState.VOIDED))

    async def test_a_decision_does_not_end_before_it_begins(self, session: AsyncSession) -> None:
        assert await broken(session, a_status_row(to_on=date(2020, 12, 31))) == "ck_commune_status_order"
        await kept(session, a_status_row(to_on=date(2021, 1, 1)))


HUSKS = {"person", "management_file", "episode", "aftercare", "education_measure", "erasure_order"}
"""Records of which a husk stays after an erasure: what figures count, and the order. Others go or are not touched."""
_CODED = [
    (table.name, column.name)
    for table in metadata.sorted_tables
    for column in table.columns
    if type(column.type).__name__ == "Coded"
]


@pytest.mark.parametrize(("table", "column"), _CODED, ids=[".".join(each) for each in _CODED])
async def test_a_code_that_is_none_is_refused(session: AsyncSession, table: str, column: str) -> None:
    """Whatever else a row needs, its codes are checked: the check stands in the catalogue."""
    query = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name AND contype = 'c'")
    found = (await session.exec(query, params={"name": f"ck_{table}_{column}"})).one_or_none()  # type: ignore[call-overload]  # typed for selects only

    assert found is not None
    codes = metadata.tables[table].columns[column].type.codes  # type: ignore[attr-defined]  # a Coded
    lasts = column == "state" and table not in HUSKS
    expected = {code: not (lasts and code is RecordState.ERASED) for code in codes}
    assert {code: f"'{code.value}'" in found[0] for code in codes} == expected


async def test_every_constraint_that_stands_for_a_refusal_is_in_the_database(session: AsyncSession) -> None:
    query = "SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
    names = {name for (name,) in (await (await session.connection()).exec_driver_sql(query)).all()}

    assert names >= set(CONSTRAINTS)
