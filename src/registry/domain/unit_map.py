"""Building the map from the published lists: which code is which territory, and what became of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeAlias

from registry.domain.unit import (
    SINCE_BEFORE_THE_LIST,
    STILL_IN_FORCE,
    Certainty,
    Edition,
    Level,
    Placement,
    Succession,
    SuccessionKind,
    UnitVersion,
    level_of,
    type_of,
)
from registry.domain.vietnamese import fold, sort_key

REDRAWN_ON = date(2025, 7, 1)
"""Every unit ended on this day; a code used on after it is another territory (Resolution 202/2025/QH15)."""

Record: TypeAlias = Mapping[str, str]
Territory: TypeAlias = tuple[str, date]
"""What tells one territory from another: its code, and the first day it went by it."""


@dataclass(frozen=True, slots=True)
class MapData:
    """The whole map as rows: what the database stores and `Atlas` looks things up in."""

    editions: tuple[Edition, ...]
    versions: tuple[UnitVersion, ...]
    successions: tuple[Succession, ...]
    placements: tuple[Placement, ...]


def build_map(
    units: Iterable[Record],
    successions: Iterable[Record],
    province_successions: Iterable[Record],
    *,
    known: Mapping[Territory, int] | None = None,
) -> MapData:
    """Build the map from the records of its three lists (the README beside them describes them).

    Territories already `known` keep their ids and later ones are numbered after them, so that a
    longer list never renames what records refer to.
    """
    known = known or {}
    versions = tuple(_versions(units, known))
    if not set(known.values()) <= {version.unit_id for version in versions}:
        raise ValueError("a later list only adds: units that records may refer to are missing")
    editions = _editions(versions)
    links = tuple(_successions(successions, province_successions, versions))
    return MapData(editions, versions, links, tuple(_placements(versions, editions, links)))


def _versions(records: Iterable[Record], known: Mapping[Territory, int]) -> Iterator[UnitVersion]:
    """Give each record its unit: the one that had the code until then, or a new one.

    In order of time, and parents first, so that a record's parent is the last unit seen under its code.
    """
    latest: dict[str, UnitVersion] = {}
    last_id = max(known.values(), default=0)
    for record in sorted(records, key=lambda record: (record["valid_from"], len(record["code"]), record["code"])):
        code, name = record["code"], record["name"]
        valid_from = _day(record["valid_from"], SINCE_BEFORE_THE_LIST)
        former = latest.get(code)
        if former and former.valid_to == valid_from and valid_from != REDRAWN_ON:
            unit_id = former.unit_id
        elif (code, valid_from) in known:
            unit_id = known[code, valid_from]
        else:
            unit_id = last_id = last_id + 1
        latest[code] = UnitVersion(
            unit_id=unit_id,
            code=code,
            name=name,
            name_folded=fold(name),
            name_sort=sort_key(name),
            type=type_of(name),
            level=level_of(code),
            parent_id=latest[record["parent_code"]].unit_id if record["parent_code"] else None,
            valid_from=valid_from,
            valid_to=_day(record["valid_to"], STILL_IN_FORCE),
            lat=_number(record["lat"]),
            lon=_number(record["lon"]),
            area_km2=_number(record["area_km2"]),
        )
        yield latest[code]


def _editions(versions: Iterable[UnitVersion]) -> tuple[Edition, ...]:
    starts = sorted({version.valid_from for version in versions})
    periods = pairwise([*starts, STILL_IN_FORCE])
    return tuple(Edition(number, start, end) for number, (start, end) in enumerate(periods, start=1))


def _successions(
    records: Iterable[Record], province_records: Iterable[Record], versions: Iterable[UnitVersion]
) -> Iterator[Succession]:
    """Link the units that ended on the day the map was redrawn to those that began.

    Districts were abolished; the list names a successor only for the island ones that had no
    communes. The others lie wholly within what became of their province.
    """
    ended = {v.code: v for v in versions if v.covers(REDRAWN_ON - timedelta(days=1))}
    begun = {v.code: v for v in versions if v.covers(REDRAWN_ON)}
    linked: set[int] = set()
    for record in records:
        old, new = ended[record["old_code"]].unit_id, begun[record["new_code"]].unit_id
        linked.add(old)
        yield Succession(old, new, SuccessionKind(record["kind"]), is_default=record["is_default"] == "true")
    provinces: dict[int | None, int] = {}
    for record in province_records:
        old, new = ended[record["old_code"]].unit_id, begun[record["new_code"]].unit_id
        provinces[old] = new
        yield Succession(old, new, SuccessionKind.WHOLE, is_default=True)
    for unit in ended.values():
        if unit.level is Level.DISTRICT and unit.unit_id not in linked:
            yield Succession(unit.unit_id, provinces[unit.parent_id], SuccessionKind.WHOLE, is_default=True)


def _placements(
    versions: Iterable[UnitVersion], editions: Iterable[Edition], successions: Iterable[Succession]
) -> Iterator[Placement]:
    """Follow every ended unit from edition to edition; the certainties of several changes compose."""
    heirs = {s.old_unit_id: (s.new_unit_id, Certainty(s.kind)) for s in successions if s.is_default}
    in_force: dict[int, UnitVersion] = {}
    place: dict[int, tuple[int, Certainty]] = {}
    for edition in editions:
        before, in_force = in_force, {v.unit_id: v for v in versions if v.covers(edition.valid_from)}
        place.update({unit_id: (unit_id, Certainty.SAME) for unit_id in before if unit_id not in in_force})
        for unit_id, (there, certainty) in place.items():
            if there not in in_force:
                heir, step = heirs.get(there) or (_smallest_left(there, before, in_force, heirs), Certainty.UNPLACED)
                place[unit_id] = heir, certainty.then(step)
            yield Placement(unit_id, edition.edition, *place[unit_id])


def _smallest_left(
    unit_id: int,
    before: Mapping[int, UnitVersion],
    in_force: Mapping[int, UnitVersion],
    heirs: Mapping[int, tuple[int, Certainty]],
) -> int:
    """Find what is left around a unit without a successor on file: its district, else its province."""
    ancestor = before[unit_id].parent_id
    if ancestor is None:
        raise ValueError(f"province {before[unit_id].code} ended without a successor")
    if ancestor in in_force:
        return ancestor
    if ancestor in heirs:
        return heirs[ancestor][0]
    return _smallest_left(ancestor, before, in_force, heirs)


def _day(text: str, otherwise: date) -> date:
    return date.fromisoformat(text) if text else otherwise


def _number(text: str) -> float | None:
    return float(text) if text else None
