"""What the devices will send: batches of new people and of what happened to them, children often before parents.

Some of it travels alone, under a key of its own.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

BATCH = 25
PEOPLE_PER_BATCH = 3
KEYED_PER_BATCH, WITH_KEYED = 3, 0.5
"""How many writes travel alone after a batch, and with how many of the batches: each costs as much as a whole push."""
_VERSION_4 = 4

Operation = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Places:
    """Communes by their codes, and a day on which the codes are in force."""

    codes: Sequence[str]
    on: date


@dataclass(frozen=True, slots=True)
class Keyed:
    """One write that is sent alone, under a key; `version` is the one that it makes."""

    key: str
    method: str
    path: str
    body: dict[str, Any]
    version: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations that one device collected while it was away, and requests that it sends one by one after them."""

    operations: tuple[Operation, ...]
    requests: tuple[Keyed, ...]


def batches(operations: int, places: Places, chance: random.Random) -> Iterator[Batch]:
    """Make batches until they hold so many operations."""
    made = 0
    while made < operations:
        size = min(BATCH, operations - made)
        alone = KEYED_PER_BATCH if size == BATCH and chance.random() < WITH_KEYED else 0
        pushed = _batch(size - alone, places, chance)
        requests = _requests(pushed[0]["id"], places, chance)[:alone]
        yield Batch(tuple(_shuffled(pushed, chance)), tuple(requests))
        made += size


def _batch(size: int, places: Places, chance: random.Random) -> list[Operation]:
    people = [_id(chance) for _ in range(min(PEOPLE_PER_BATCH, size))]
    operations = [_operation("person", None, person, _person(places, chance)) for person in people]
    while len(operations) < size:
        operations.append(_operation("drug_test", chance.choice(people), _id(chance), _test(chance)))
    return operations


def _requests(person_id: str, places: Places, chance: random.Random) -> list[Keyed]:
    """Write what only a key keeps from being written twice: a person whose id the service makes, and a correction."""
    test_id, path = _id(chance), f"/v1/persons/{person_id}/drug-tests"
    somebody = _person(places, chance)
    del somebody["residence"]["id"]
    return [
        Keyed(_id(chance), "POST", "/v1/persons", somebody, version=1),
        Keyed(_id(chance), "POST", path, {"id": test_id} | _test(chance), version=1),
        Keyed(_id(chance), "PATCH", f"{path}/{test_id}", {"result": "invalid"}, version=2),
    ]


def _operation(kind: str, person_id: str | None, record_id: str, body: dict[str, Any]) -> Operation:
    owner = {} if person_id is None else {"person_id": person_id}
    return {"ref": record_id, "op": "create", "kind": kind, **owner, "id": record_id, "body": body}


def _person(places: Places, chance: random.Random) -> dict[str, Any]:
    return {
        "full_name": f"Người Thử {chance.randrange(10**6)}",
        "sex": chance.choice(["male", "female"]),
        "birth_year": chance.randrange(1960, 2005),
        "residence": {
            "id": _id(chance),
            "kind": "permanent",
            "unit_code": chance.choice(places.codes),
            "from_on": places.on.isoformat(),
        },
    }


def _test(chance: random.Random) -> dict[str, Any]:
    day = f"2020-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    return {"tested_on": day, "method": "rapid_urine", "result": chance.choice(["negative", "positive"])}


def _shuffled(operations: list[Operation], chance: random.Random) -> list[Operation]:
    chance.shuffle(operations)
    return operations


def _id(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=_VERSION_4))
