"""Days between which the map was redrawn, and units of it by their codes."""

from datetime import date

from registry.domain.atlas import Atlas
from registry.domain.unit import UnitVersion

THEN = date(2020, 12, 31)
LAST_DAY = date(2025, 6, 30)
REDRAWN = date(2025, 7, 1)
TODAY = date(2026, 11, 22)


def unit_id(atlas: Atlas, code: str, on: date) -> int:
    return atlas.resolve(code, on).unit_id


def names(units: tuple[UnitVersion, ...]) -> list[str]:
    return [unit.name for unit in units]
