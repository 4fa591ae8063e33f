"""Administrative units: a unit is a territory, a unit version its code, name, type and parent in a period."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.domain.errors import NotFound
from registry.domain.vietnamese import fold

SINCE_BEFORE_THE_LIST = date.min
"""The start of a period that began before the first edition on file."""

STILL_IN_FORCE = date.max
"""The end of a period that has none. Ends are exclusive."""


class Level(StrEnum):
    """The tier of a unit; the length of its code tells it."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


class UnitType(StrEnum):
    """What a unit calls itself."""

    TINH = "tinh"
    THANH_PHO = "thanh_pho"
    QUAN = "quan"
    HUYEN = "huyen"
    THI_XA = "thi_xa"
    XA = "xa"
    PHUONG = "phuong"
    THI_TRAN = "thi_tran"
    DAC_KHU = "dac_khu"


_TYPES = {unit_type.value: unit_type for unit_type in UnitType}


class SuccessionKind(StrEnum):
    """How much of an ended unit went to a successor."""

    WHOLE = "whole"
    PART = "part"


class Certainty(StrEnum):
    """How surely a unit of one edition is found on another, surest first."""

    SAME = "same"
    WHOLE = "whole"
    PART = "part"
    UNPLACED = "unplaced"

    @property
    def is_sure(self) -> bool:
        """Whether the whole unit is found there; otherwise it is for an officer to say where a person is."""
        return self in {Certainty.SAME, Certainty.WHOLE}

    def then(self, other: "Certainty") -> "Certainty":
        """Go through two changes: the weaker certainty wins."""
        ranking = list(Certainty)
        return max(self, other, key=ranking.index)


@dataclass(frozen=True, slots=True)
class UnitVersion:
    """What a unit was in one period; `valid_to` is the first day after it."""

    unit_id: int
    code: str
    name: str
    name_folded: str
    name_sort: str
    type: UnitType
    level: Level
    parent_id: int | None
    valid_from: date
    valid_to: date
    lat: float | None
    lon: float | None
    area_km2: float | None

    def covers(self, on: date) -> bool:
        return self.valid_from <= on < self.valid_to

    @property
    def since(self) -> date | None:
        """The first day; None where it lies before the first list."""
        return None if self.valid_from == SINCE_BEFORE_THE_LIST else self.valid_from

    @property
    def until(self) -> date | None:
        """The first day after; None while the unit is in force."""
        return None if self.valid_to == STILL_IN_FORCE else self.valid_to


@dataclass(frozen=True, slots=True)
class Edition:
    """A period in which the whole map stays as it is. The first edition is number 1."""

    edition: int
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class Succession:
    """An ended unit's territory, or a part of it, went to another unit.

    The default successor is the one to use where nothing finer than the old unit is known.
    """

    old_unit_id: int
    new_unit_id: int
    kind: SuccessionKind
    is_default: bool


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a unit that has ended is found on an edition of the map, and how surely."""

    unit_id: int
    edition: int
    there_unit_id: int
    certainty: Certainty


class UnknownUnit(NotFound):
    """No unit ever had this code."""

    code = "unit_unknown"


class UnitNotInForce(NotFound):
    """The unit did not exist on the date; the facts name its periods and successors."""

    code = "unit_not_in_force"


def level_of(code: str) -> Level:
    """Tell a unit's level by the length of its code."""
    match len(code):
        case 2:
            return Level.PROVINCE
        case 3:
            return Level.DISTRICT
        case 5:
            return Level.COMMUNE
        case _:
            raise UnknownUnit(unit=code)


def type_of(name: str) -> UnitType:
    """Tell a unit's type by the first words of its name."""
    first, second, *_ = fold(name).split()
    return _TYPES.get(f"{first}_{second}") or _TYPES[first]
