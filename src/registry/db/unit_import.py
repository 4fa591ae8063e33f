"""The map of the package, written into the database. Ids that records refer to never change."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import fields
from hashlib import sha256
from importlib.resources import files
from operator import attrgetter
from typing import Any

from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.units import MapSourceRow, UnitVersionRow
from registry.domain.unit import Edition, Placement, Succession, UnitVersion
from registry.domain.unit_map import MapData, Territory, build_map

_FOLDER = files("registry") / "data" / "units"
_LISTS = ("units.csv", "succession_2025-07-01.csv", "province_succession_2025-07-01.csv")

_UNITS_IN_FORCE = """
    INSERT INTO unit_on (unit_id, edition, there_unit_id, certainty)
    SELECT unit_id, edition, unit_id, 'same'
    FROM unit_version v JOIN map_edition e ON v.valid_from <= e.valid_from AND e.valid_from < v.valid_to
"""


def read_map(known: Mapping[Territory, int] | None = None) -> MapData:
    """Build the map from the lists of the package."""
    units, successions, province_successions = (
        csv.DictReader((_FOLDER / name).read_text("utf-8").splitlines()) for name in _LISTS
    )
    return build_map(units, successions, province_successions, known=known)


async def import_map(session: AsyncSession) -> bool:
    """Bring the package's map into the database; tell whether there was anything to do.

    Units are only ever added; what the lists say of them is written anew. A second importer waits
    for the first.
    """
    connection = await session.connection()
    # The lock also begins the transaction: the driver's own statements below would commit one by one.
    await connection.execute(text("LOCK TABLE map_source IN SHARE ROW EXCLUSIVE MODE"))
    source = sha256(b"".join((_FOLDER / name).read_bytes() for name in _LISTS)).hexdigest()
    if await session.get(MapSourceRow, source):
        return False
    known = await _known(session)
    data = read_map(known)
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.execute("DELETE FROM unit_on; DELETE FROM unit_succession; DELETE FROM unit_version")
    await driver.execute("DELETE FROM map_edition; DELETE FROM map_source")
    added = {v.unit_id: v.level for v in data.versions if v.unit_id not in known.values()}
    await driver.copy_records_to_table("unit", columns=("id", "level"), records=added.items())
    await _copy(driver, "map_edition", Edition, data.editions)
    await _copy(driver, "unit_version", UnitVersion, data.versions)
    await _copy(driver, "unit_succession", Succession, data.successions)
    await _copy(driver, "unit_on", Placement, data.placements)
    await driver.execute(_UNITS_IN_FORCE)
    session.add(MapSourceRow(sha256=source))
    await session.flush()
    return True


async def _known(session: AsyncSession) -> dict[Territory, int]:
    unit_id, code = col(UnitVersionRow.unit_id), col(UnitVersionRow.code)
    query = select(code, func.min(UnitVersionRow.valid_from), unit_id).group_by(unit_id, code)
    return {(code, valid_from): unit_id for code, valid_from, unit_id in await session.exec(query)}


async def _copy(driver: Any, table: str, part: type, values: Iterable[Any]) -> None:  # noqa: ANN401 - asyncpg is untyped here
    columns = [field.name for field in fields(part)]
    await driver.copy_records_to_table(table, columns=columns, records=map(attrgetter(*columns), values))
