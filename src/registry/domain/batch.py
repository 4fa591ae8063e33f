"""The order in which the operations of a batch are applied: what is referred to comes first.

A phone that was offline for days sends what it has in any order. Operations on one record keep the
order in which the device made them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from uuid import UUID

Name = tuple[UUID | None, UUID]
"""What names a record: its person, where it belongs to one, and its id."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation as the order sees it: the record it writes, whether it makes it, and what it refers to."""

    record: Name
    creates: bool
    refers_to: frozenset[Name] = frozenset()


def ordered(steps: Sequence[Step]) -> tuple[list[int], list[int]]:
    """Order steps by their places in the batch; give those that refer to each other in a circle apart.

    A step waits for the one before it on the same record, and for the creation, in this batch, of all it
    refers to. Everything else stays where the device put it.
    """
    creations = {step.record: place for place, step in enumerate(steps) if step.creates}
    latest: dict[Name, int] = {}
    waits: dict[int, set[int]] = {}
    for place, step in enumerate(steps):
        needed = {creations[name] for name in step.refers_to if name in creations} - {place}
        if step.record in latest:
            needed.add(latest[step.record])
        latest[step.record] = place
        waits[place] = needed
    if not any(waits.values()):
        return list(waits), []  # most batches: nothing in them waits for anything
    circular = _circular(waits)
    sorter = TopologicalSorter({place: needed - circular for place, needed in waits.items() if place not in circular})
    sorter.prepare()
    order: list[int] = []
    ready: list[int] = []
    while sorter.is_active():
        for place in sorter.get_ready():
            heappush(ready, place)
        place = heappop(ready)
        order.append(place)
        sorter.done(place)
    return order, sorted(circular)


def _circular(waits: dict[int, set[int]]) -> set[int]:
    """Find the steps that wait for themselves, directly or not."""
    found: set[int] = set()
    while circle := _a_circle({place: needed - found for place, needed in waits.items() if place not in found}):
        found.update(circle)
    return found


def _a_circle(waits: dict[int, set[int]]) -> Iterable[int]:
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle: list[int] = error.args[1]
        return circle
    return ()
