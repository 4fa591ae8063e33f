"""What the devices will push: batches of new people and of what happened to them, children often before parents."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

BATCH = 25
PEOPLE_PER_BATCH = 3
_VERSION_4 = 4

Operation = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Places:
    """Communes by their codes, and a day on which the codes are in force."""

    codes: Sequence[str]
    on: date


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations that one device collected while it was away."""

    operations: tuple[Operation, ...]


def batches(operations: int, places: Places, chance: random.Random) -> Iterator[Batch]:
    """Make batches until they hold so many operations."""
    made = 0
    while made < operations:
        size = min(BATCH, operations - made)
        yield Batch(tuple(_shuffled(_batch(size, places, chance), chance)))
        made += size


def _batch(size: int, places: Places, chance: random.Random) -> list[Operation]:
    people = [_id(chance) for _ in range(min(PEOPLE_PER_BATCH, size))]
    operations = [_operation("person", None, person, _person(places, chance)) for person in people]
    while len(operations) < size:
        operations.append(_operation("drug_test", chance.choice(people), _id(chance), _test(chance)))
    return operations


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
