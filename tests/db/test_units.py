"""The map in the database: imported once, read back as it was built, ids kept for ever."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.units import UnitOnRow
from registry.db.unit_import import import_map, read_map
from registry.db.units import load_atlas, load_map

THEN = date(2020, 12, 31)


async def run(session: AsyncSession, statement: str) -> None:
    await (await session.connection()).execute(text(statement))


async def forget_source(session: AsyncSession) -> None:
    """Make the importer believe that the map came from other files."""
    await run(session, "UPDATE map_source SET sha256 = 'other files'")
    session.expire_all()


async def test_the_map_is_imported_once_per_source(session: AsyncSession) -> None:
    await import_map(session)
    assert not await import_map(session)
    await forget_source(session)
    assert await import_map(session)
    assert not await import_map(session)


async def test_what_is_read_is_what_was_built(session: AsyncSession) -> None:
    await import_map(session)
    built, stored = read_map(), await load_map(session)
    assert stored.editions == built.editions
    assert set(stored.versions) == set(built.versions)
    assert set(stored.successions) == set(built.successions)
    assert set(stored.placements) == set(built.placements)


async def test_one_table_tells_where_every_unit_is_on_every_edition(session: AsyncSession) -> None:
    await import_map(session)
    atlas = await load_atlas(session)
    first_days = {edition.edition: edition.valid_from for edition in (await load_map(session)).editions}
    rows = await session.exec(
        select(UnitOnRow.unit_id, UnitOnRow.edition, UnitOnRow.there_unit_id, UnitOnRow.certainty)
    )
    places = {(unit, edition): (there, certainty) for unit, edition, there, certainty in rows}
    assert {edition: sum(e == edition for _, e in places) for edition in first_days} == {
        1: 10_767 + 707 + 63,
        2: 11_639,
        3: 11_645,
        4: 15_000,
        5: 15_000,
    }
    wrong = [key for key, place in places.items() if atlas.there(key[0], first_days[key[1]]) != place]
    assert wrong == []


async def test_units_keep_the_ids_they_have_when_the_lists_change(session: AsyncSession) -> None:
    await import_map(session)
    atlas = await load_atlas(session)
    one, other = (atlas.resolve(code, THEN).unit_id for code in ("22021", "22027"))
    # As if the units had been numbered in another order, which a build from nothing would not repeat.
    for old, new in [("22021", "99999"), ("22027", "22021"), ("99999", "22027")]:
        await run(session, f"UPDATE unit_version SET code = '{new}' WHERE code = '{old}' AND valid_from = '-infinity'")  # noqa: S608 - constants
    await forget_source(session)

    assert await import_map(session)

    atlas = await load_atlas(session)
    assert [atlas.resolve(code, THEN).unit_id for code in ("22021", "22027")] == [other, one]
    assert atlas.at(other, THEN).name == "Phường 2"


@pytest.mark.parametrize(
    ("constraint", "statement"),
    [
        (
            "uq_unit_succession_one_default",
            "UPDATE unit_succession SET is_default = true",
        ),
        (
            "uq_unit_version_code_valid_from",
            "UPDATE unit_version SET code = '22021' WHERE code = '22027'",
        ),
        (
            "ck_unit_version_code_length",
            "UPDATE unit_version SET code = '1234' WHERE code = '22021'",
        ),
        (
            "ck_unit_version_period",
            "UPDATE unit_version SET valid_to = valid_from",
        ),
        (
            "ck_unit_on_certainty",
            "UPDATE unit_on SET certainty = 'perhaps'",
        ),
        (
            "fk_unit_on_there_unit_id",
            "UPDATE unit_on SET there_unit_id = 0",
        ),
    ],
)
async def test_the_database_refuses(session: AsyncSession, constraint: str, statement: str) -> None:
    await import_map(session)
    with pytest.raises(IntegrityError) as refusal:
        await run(session, statement)
    assert getattr(refusal.value.driver_exception, "constraint_name", None) == constraint
