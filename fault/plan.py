"""What the devices will send: batches of new people and of what happened to them, children often before parents.

Some of it travels alone, under a key of its own.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fault import scenes
from fault.notebook import Notebook, Operation, Places, an_id
from registry.domain.sync import SyncKind

BATCH = 25
PEOPLE_PER_BATCH = 3
WITH_SCENE = 0.5
"""How many of the batches tell of more than people and tests: these cost most, since each is judged by itself."""
KEYED_PER_BATCH, WITH_KEYED = 3, 0.5
"""How many writes travel alone after a batch, and with how many of the batches: each costs as much as a whole push."""

LATER_PER_BATCH, WITH_LATER = 5, 0.5
"""How much of a batch is corrected or voided by a push of its own after it, and of how many of the batches."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """One write that is sent alone, under a key; `version` is the one that it makes."""

    key: str
    method: str
    path: str
    kind: SyncKind
    body: dict[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations that one device collected while it was away, and what it sends after them.

    That is a push that corrects and voids some of it, each record once, and requests one by one.
    """

    operations: tuple[Operation, ...]
    later: tuple[Operation, ...]
    requests: tuple[Keyed, ...]


def batches(operations: int, places: Places, chance: random.Random) -> Iterator[Batch]:
    """Make batches until they hold so many operations."""
    made = 0
    while made < operations:
        size = min(BATCH, operations - made)
        alone = KEYED_PER_BATCH if size == BATCH and chance.random() < WITH_KEYED else 0
        after = LATER_PER_BATCH if size == BATCH and chance.random() < WITH_LATER else 0
        notebook = Notebook(made // BATCH, places, chance)
        people = _write_down(size - alone - after, notebook)
        requests = _requests(people[0], notebook)[:alone]
        own = [each for each in notebook.operations if each["kind"] in {SyncKind.PERSON, SyncKind.DRUG_TEST}]
        later = [_on_second_thoughts(each, chance) for each in chance.sample(own, after)]
        shuffled = chance.sample(notebook.operations, len(notebook.operations))
        yield Batch(tuple(shuffled), tuple(later), tuple(requests))
        made += size


def _write_down(size: int, notebook: Notebook) -> list[str]:
    """Fill a notebook with so many operations; the people in it."""
    chance = notebook.chance
    people = [notebook.write(SyncKind.PERSON, _person(notebook)) for _ in range(min(PEOPLE_PER_BATCH, size))]
    if size - len(people) >= scenes.OPERATIONS and chance.random() < WITH_SCENE:
        scenes.take_place(notebook, people)
    while len(notebook.operations) < size:
        notebook.write(SyncKind.DRUG_TEST, _test(chance), of=chance.choice(people))
    return people


def _on_second_thoughts(made: Operation, chance: random.Random) -> Operation:
    """Correct a record from the version in which it was made, or void it where nothing can rest on it."""
    named = {"ref": f"{made['id']}.2", "base_version": 1}
    named |= {name: made[name] for name in ("kind", "id", "person_id") if name in made}
    if made["kind"] == SyncKind.PERSON:
        return named | {"op": "change", "body": {"occupation": f"Nghề {chance.randrange(10**6)}"}}
    if chance.getrandbits(1):
        return named | {"op": "change", "body": {"result": "invalid"}}
    return named | {"op": "void", "reason": "Entered twice."}


def _requests(person_id: str, notebook: Notebook) -> list[Keyed]:
    """Write what only a key keeps from being written twice: a person whose id the service makes, and a correction."""
    chance = notebook.chance
    somebody = Keyed(an_id(chance), "POST", "/v1/persons", SyncKind.PERSON, _person(notebook), version=1)
    if chance.getrandbits(1):
        tests = f"/v1/persons/{person_id}/drug-tests"
        return [somebody, *_corrected(SyncKind.DRUG_TEST, tests, _test(chance), {"result": "invalid"}, chance)]
    point = scenes.a_point(notebook)
    renamed = {"name": "Điểm tư vấn"}  # the directory follows
    return [somebody, *_corrected(SyncKind.COUNSELLING_POINT, "/v1/counselling-points", point, renamed, chance)]


def _corrected(
    kind: SyncKind, path: str, body: dict[str, Any], correction: dict[str, Any], chance: random.Random
) -> list[Keyed]:
    record_id = an_id(chance)
    return [
        Keyed(an_id(chance), "POST", path, kind, {"id": record_id} | body, version=1),
        Keyed(an_id(chance), "PATCH", f"{path}/{record_id}", kind, correction, version=2),
    ]


def _person(notebook: Notebook) -> dict[str, Any]:
    chance = notebook.chance
    return {
        "full_name": f"Người Thử {chance.randrange(10**6)}",
        "sex": chance.choice(["male", "female"]),
        "birth_year": chance.randrange(1960, 2001),
        "residence": {"id": an_id(chance), "kind": "permanent"} | notebook.places.any(chance),
    }


def _test(chance: random.Random) -> dict[str, Any]:
    day = f"2020-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    return {"tested_on": day, "method": "rapid_urine", "result": chance.choice(["negative", "positive"])}
