"""A client in Python, generated from the specification: `make python-client` makes it and runs this.

    PYTHONPATH=build python examples/python_client.py http://127.0.0.1:8000 "$TOKEN"

Every operation is a module with `sync` and `asyncio`; an answer is one of the models that the specification names. A
refusal is a `Problem`: compare its `code`.
"""

import sys
from datetime import date
from typing import TypeVar
from uuid import uuid4

from registry_client import AuthenticatedClient
from registry_client.api.persons import create_person, get_person
from registry_client.api.search_and_lists import list_persons
from registry_client.models import (
    PersonIn,
    PersonOut,
    PersonPage,
    PersonWritten,
    Problem,
    ResidenceIn,
    ResidenceKind,
    Sex,
)

COMMUNE = "22015"

M = TypeVar("M")


class Refused(Exception):
    """What the registry refused, as it says it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def taken(answer: object, wanted: type[M]) -> M:
    """Give the answer as the model that was hoped for."""
    if isinstance(answer, Problem):
        raise Refused(answer)
    if not isinstance(answer, wanted):
        raise TypeError(type(answer).__name__)
    return answer


def main(url: str, token: str) -> None:
    """Record somebody, read and list them, and be refused one whom nobody knows."""
    person = PersonIn(
        id=uuid4(),
        full_name="Nguyễn Thị Thử",
        sex=Sex.FEMALE,
        birth_date=date(1991, 3, 8),
        residence=ResidenceIn(id=uuid4(), kind=ResidenceKind.PERMANENT, unit_code=COMMUNE, from_on=date(2026, 1, 1)),
    )
    with AuthenticatedClient(base_url=url, token=token, headers={"Accept-Language": "en"}) as client:
        written = taken(create_person.sync(client=client, body=person), PersonWritten)
        print(f"recorded: version {written.version}")

        again = taken(create_person.sync(client=client, body=person), PersonWritten)
        print(f"sent again: still version {again.version}")

        shown = taken(get_person.sync(written.id, client=client), PersonOut)
        print(f"read: {shown.full_name}, born {shown.birth_date}")

        page = taken(list_persons.sync(client=client, unit=COMMUNE, limit=10), PersonPage)
        print(f"listed: {[item.full_name for item in page.items]}")

        try:
            taken(get_person.sync(uuid4(), client=client), PersonOut)
        except Refused as refusal:
            print(f"refused: {refusal.problem.status} {refusal.problem.code}: {refusal.problem.detail}")


if __name__ == "__main__":
    main(*sys.argv[1:])
