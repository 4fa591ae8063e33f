"""What one device writes down while it is away: operations, in the order in which things happened."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from registry.domain.sync import SyncKind

Operation = dict[str, Any]

_VERSION_4 = 4


@dataclass(frozen=True, slots=True)
class Places:
    """Communes by their codes, and a day on which the codes are in force."""

    codes: Sequence[str]
    on: date

    def any(self, chance: random.Random) -> dict[str, Any]:
        """Name one of the communes on the day, as bodies do."""
        return {"unit_code": chance.choice(self.codes), "from_on": self.on.isoformat()}


class Notebook:
    """One device's notes. Each batch has a number of its own, for what a commune may have only one of."""

    def __init__(self, number: int, places: Places, chance: random.Random) -> None:
        self.number = number
        self.places = places
        self.chance = chance
        self.operations: list[Operation] = []

    def write(self, kind: SyncKind, body: dict[str, Any], *, of: str | None = None) -> str:
        """Note a new record, under a person where it belongs to one; its id."""
        record_id, owner = an_id(self.chance), {} if of is None else {"person_id": of}
        self.operations.append(
            {"ref": record_id, "op": "create", "kind": kind.value, **owner, "id": record_id, "body": body}
        )
        return record_id

    def day(self, days: int) -> str:
        """Name the day that is so many days after that of the places."""
        return (self.places.on + timedelta(days=days)).isoformat()


def an_id(chance: random.Random) -> str:
    """Make an id that the same trial makes again."""
    return str(UUID(int=chance.getrandbits(128), version=_VERSION_4))
