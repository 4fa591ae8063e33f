"""However the operations of devices are cut, mixed and repeated: in the end the register says the same, once."""

from uuid import uuid4

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.api.kinds.cases import FILES, TESTS
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.persons import PERSONS
from tests.api.push.pushing import changing, creating, push
from tests.factories.bodies import Body, a_record
from tests.factories.posted import body_of

PEOPLE = 2
DURABLE = {"applied", "duplicate"}


def an_outing() -> list[Body]:
    """What a device recorded: people, what happened to them, and a correction of each person."""
    operations = []
    for _ in range(PEOPLE):
        person = creating(PERSONS)
        operations += [
            person,
            changing(PERSONS, person["id"], {"occupation": "Thợ hồ"}),
            *(creating(kind, of=person["id"]) for kind in (FILES, EPISODES)),
            creating(TESTS, a_record(TESTS, id=str(uuid4())), of=person["id"]),
        ]
    return operations


def as_made(order: list[int]) -> list[int]:
    """Put the correction of a person after their creation: operations on one record come as they were made."""
    places = list(order)
    for created, corrected in ((number * 5, number * 5 + 1) for number in range(PEOPLE)):
        first, second = sorted((places.index(created), places.index(corrected)))
        places[first], places[second] = created, corrected
    return places


SENT = st.lists(st.lists(st.integers(0, PEOPLE * 5 - 1), min_size=1, max_size=12), max_size=5)
"""Batches, each of places in the outing: any of them, in any order, also twice."""


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=SENT, order=st.permutations(range(PEOPLE * 5)))
async def test_any_order_and_any_repetition_end_in_the_same_state(
    manager: httpx.AsyncClient, batches: list[list[int]], order: list[int]
) -> None:
    outing = an_outing()
    for batch in batches:
        await push(manager, *(outing[place] for place in batch))

    last = await push(manager, *(outing[place] for place in as_made(order)))
    again = await push(manager, *outing)

    assert {result["status"] for result in last} <= DURABLE
    assert {result["status"] for result in again} == {"duplicate"}
    for person in outing[::5]:
        shown = body_of(await manager.get(f"/v1/persons/{person['id']}"))
        assert (shown["version"], shown["occupation"]) == (2, "Thợ hồ")
        for collection in ("files", "episodes", "drug-tests"):
            items = body_of(await manager.get(f"/v1/persons/{person['id']}/{collection}"))["items"]
            assert [item["version"] for item in items] == [1]
