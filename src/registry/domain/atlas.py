"""The atlas: the whole map in memory, immutable, asked by every request. It refuses units that are not in force."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TypeVar

from registry.domain.unit import (
    Certainty,
    Level,
    Placement,
    Succession,
    UnitNotInForce,
    UnitVersion,
    UnknownUnit,
)
from registry.domain.unit_map import MapData
from registry.domain.vietnamese import fold

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The map of one edition: the units in force, and where those that ended before are placed."""

    by_id: dict[int, UnitVersion]
    by_code: dict[str, UnitVersion]
    children: dict[int, tuple[UnitVersion, ...]]
    placed: dict[int, tuple[int, Certainty]]
    sources: dict[int, tuple[int, ...]]


class Atlas:
    """All units of all editions.

    Units are spoken of by id. A date before the first edition is read on the first one, a date
    in the future on the last. Lists are in Vietnamese order of the names.
    """

    def __init__(self, data: MapData) -> None:
        versions = sorted(data.versions, key=lambda version: version.valid_from)
        in_order = sorted(data.versions, key=_vietnamese_order)
        placements = _grouped((placement.edition, placement) for placement in data.placements)
        self._starts = tuple(edition.valid_from for edition in data.editions)
        self._history = _grouped((version.unit_id, version) for version in versions)
        self._periods = _grouped((version.code, version) for version in versions)
        self._successors = _grouped(
            (succession.old_unit_id, succession)
            for succession in sorted(data.successions, key=lambda succession: not succession.is_default)
        )
        self._sheets = tuple(
            _sheet([v for v in in_order if v.covers(edition.valid_from)], placements.get(edition.edition, ()))
            for edition in data.editions
        )

    def edition_on(self, on: date) -> int:
        """Name the edition of a date, as the table of placements does."""
        return max(bisect_right(self._starts, on), 1)

    def resolve(self, code: str, on: date, *, pointer: str | None = None) -> UnitVersion:
        """Find the unit that a code names on a date; `pointer` is where the request named it."""
        found = self._sheet(on).by_code.get(code)
        if found is None:
            raise self._not_in_force(code, on, pointer)
        return found

    def latest(self, code: str, today: date) -> UnitVersion:
        """Find the unit that a code names today or, where it names none any more, the last one it named."""
        begun = [version for version in self.periods(code) if version.valid_from <= today]
        if not begun:
            raise self._not_in_force(code, today)
        return begun[-1]

    def at(self, unit_id: int, on: date) -> UnitVersion:
        """Read a unit's name, type and parent on a date."""
        found = self._sheet(on).by_id.get(unit_id)
        if found is None:
            raise self._not_in_force(self._history[unit_id][0].code, on)
        return found

    def first(self, unit_id: int) -> UnitVersion:
        """Read a unit as it was when it began."""
        return self._history[unit_id][0]

    def last(self, unit_id: int) -> UnitVersion:
        """Read a unit as it is now or was at its end."""
        return self._history[unit_id][-1]

    def is_in_force(self, unit_id: int, on: date) -> bool:
        return unit_id in self._sheet(on).by_id

    def periods(self, code: str, *, pointer: str | None = None) -> tuple[UnitVersion, ...]:
        """List what a code has named, oldest first: one unit under several names, or different units."""
        if code not in self._periods:
            raise UnknownUnit(unit=code, pointer=pointer)
        return self._periods[code]

    def successors(self, unit_id: int) -> tuple[Succession, ...]:
        """List what is on file about where an ended unit went, the default first."""
        return self._successors.get(unit_id, ())

    def ancestors(self, unit_id: int, on: date) -> tuple[UnitVersion, ...]:
        """List the units that a unit lies in, the nearest first."""
        return tuple(self._ancestors(self.at(unit_id, on), on))

    def province(self, unit_id: int, on: date) -> int:
        """Find the province that a unit lies in; its own id where it is one."""
        return [unit_id, *(unit.unit_id for unit in self.ancestors(unit_id, on))][-1]

    def children(self, unit_id: int, on: date) -> tuple[UnitVersion, ...]:
        """List the units directly below a unit."""
        self.at(unit_id, on)
        return self._sheet(on).children.get(unit_id, ())

    def communes_within(self, unit_id: int, on: date) -> tuple[UnitVersion, ...]:
        """List the communes of a unit; a commune is its own."""
        units = self._subtree(self.at(unit_id, on), on)
        return tuple(sorted((u for u in units if u.level is Level.COMMUNE), key=_vietnamese_order))

    def within(self, unit_id: int, ancestor_id: int, on: date) -> bool:
        """Tell whether a unit is another one or lies in it."""
        return unit_id == ancestor_id or any(u.unit_id == ancestor_id for u in self.ancestors(unit_id, on))

    def there(self, unit_id: int, on: date) -> tuple[int, Certainty]:
        """Find where a unit is counted on a date that is not before its own beginning, and how surely."""
        if self.is_in_force(unit_id, on):
            return unit_id, Certainty.SAME
        found = self._sheet(on).placed.get(unit_id)
        if found is None:
            raise self._not_in_force(self._history[unit_id][0].code, on)
        return found

    def current(self, unit_id: int, today: date) -> int:
        """Find where a unit is counted on today's map."""
        return self.there(unit_id, today)[0]

    def ended(self, on: date) -> tuple[int, ...]:
        """List the units that have ended by a date."""
        return tuple(sorted(self._sheet(on).placed))

    def sources_of(self, unit_id: int, on: date) -> tuple[int, ...]:
        """List the units, of that day or ended before, that are counted within a unit on a date."""
        sources = self._sheet(on).sources
        within = [unit.unit_id for unit in self._subtree(self.at(unit_id, on), on)]
        ended = (source for place in within for source in sources.get(place, ()))
        return tuple(sorted([*within, *ended]))

    @lru_cache(maxsize=4096)  # noqa: B019 - an atlas lives as long as the process, and grants name few units
    def scope_of(self, unit_id: int, today: date) -> tuple[int, ...]:
        """List the units in reach, on today's map, of a grant on a unit.

        A unit in force reaches itself, since it carries its unplaced, and all below it. An ended one
        reaches the whole and default successors of its smallest units, never an unplaced residue:
        that belongs to a larger unit, which the grant did not name.
        """
        if self.is_in_force(unit_id, today):
            return tuple(sorted(unit.unit_id for unit in self._subtree(self.at(unit_id, today), today)))
        last_day = self.last(unit_id).valid_to - timedelta(days=1)
        children = self._sheet(last_day).children
        leaves = (u for u in self._subtree(self.at(unit_id, last_day), last_day) if u.unit_id not in children)
        places = (self.there(leaf.unit_id, today) for leaf in leaves)
        return tuple(sorted({place for place, certainty in places if certainty is not Certainty.UNPLACED}))

    def search(
        self, *, level: Level | None = None, parent: int | None = None, on: date, text: str = ""
    ) -> tuple[UnitVersion, ...]:
        """List the units of a date by level, by a unit they lie in, and by the words of their name.

        Case and accents do not count; the text may be the beginning of a word.
        """
        if parent is None:
            units: Iterable[UnitVersion] = self._sheet(on).by_id.values()
        else:
            below = (u for u in self._subtree(self.at(parent, on), on) if u.unit_id != parent)
            units = sorted(below, key=_vietnamese_order)
        words = f" {fold(text)}"
        return tuple(u for u in units if level in (None, u.level) and words in f" {u.name_folded}")

    def _sheet(self, on: date) -> _Sheet:
        return self._sheets[self.edition_on(on) - 1]

    def _ancestors(self, unit: UnitVersion, on: date) -> Iterator[UnitVersion]:
        by_id = self._sheet(on).by_id
        while unit.parent_id is not None:
            unit = by_id[unit.parent_id]
            yield unit

    def _subtree(self, unit: UnitVersion, on: date) -> Iterator[UnitVersion]:
        yield unit
        for child in self._sheet(on).children.get(unit.unit_id, ()):
            yield from self._subtree(child, on)

    def _not_in_force(self, code: str, on: date, pointer: str | None = None) -> UnitNotInForce:
        periods = self.periods(code, pointer=pointer)
        ended = [version.unit_id for version in periods if version.valid_to <= on]
        successions = self.successors(ended[-1]) if ended else ()
        return UnitNotInForce(
            pointer=pointer,
            unit=code,
            on=on,
            periods=[_period(version) for version in periods],
            successors=[
                {**_period(self.first(s.new_unit_id)), "kind": s.kind.value, "is_default": s.is_default}
                for s in successions
            ],
        )


def _period(version: UnitVersion) -> dict[str, str | date | None]:
    return {"code": version.code, "name": version.name, "valid_from": version.since, "valid_to": version.until}


def _vietnamese_order(unit: UnitVersion) -> tuple[str, int]:
    return unit.name_sort, unit.unit_id


def _sheet(units: Sequence[UnitVersion], placements: Sequence[Placement]) -> _Sheet:
    return _Sheet(
        by_id={unit.unit_id: unit for unit in units},
        by_code={unit.code: unit for unit in units},
        children=_grouped((unit.parent_id, unit) for unit in units if unit.parent_id is not None),
        placed={p.unit_id: (p.there_unit_id, p.certainty) for p in placements},
        sources=_grouped((p.there_unit_id, p.unit_id) for p in placements),
    )


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}
