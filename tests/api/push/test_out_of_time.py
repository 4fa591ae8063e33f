"""A push whose time is over before all operations had their turn: what is left is told, and sent again."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from registry.api.app import create_app
from registry.api.kinds.cases import FILES, TESTS
from registry.api.kinds.persons import PERSONS
from registry.settings import Settings
from tests.api.push.pushing import ADDRESS, creating, push, results_of, statuses, told
from tests.conftest import NOW
from tests.factories.posted import body_of


@pytest.fixture(scope="module")
async def app(database_url: str, settings: Settings) -> AsyncIterator[FastAPI]:
    """A service whose pushes have no time at all: in each, one operation has its turn."""
    hasty = settings.model_copy(update={"push_seconds": 0})
    application = create_app(hasty, database_url=database_url, clock=lambda: NOW)
    async with application.router.lifespan_context(application):
        yield application


async def test_what_had_no_turn_is_sent_again_until_all_is_there(manager: httpx.AsyncClient) -> None:
    people = [creating(PERSONS) for _ in range(3)]

    first, second, third = [await push(manager, *people) for _ in range(3)]

    assert sorted(statuses(first)) == ["applied", "deferred", "deferred"]
    assert sorted(told(each)[1] or "" for each in first) == ["", "push_out_of_time", "push_out_of_time"]
    assert {each["retry"] for each in first if each["status"] == "deferred"} == {True}
    assert sorted(statuses(second)) == ["applied", "deferred", "duplicate"]
    assert sorted(statuses(third)) == ["applied", "duplicate", "duplicate"]


async def test_a_device_that_sends_only_what_is_left_comes_to_its_end(manager: httpx.AsyncClient) -> None:
    person = creating(PERSONS)
    left = [creating(FILES, of=person["id"]), creating(TESTS, of=person["id"]), person]
    turns = 0
    while left:
        results = await push(manager, *left)
        left = [each for each, result in zip(left, results, strict=True) if result["status"] == "deferred"]
        turns += 1
        assert turns <= 3

    assert body_of(await manager.get(f"/v1/persons/{person['id']}"))["version"] == 1


async def test_all_or_nothing_is_nothing(manager: httpx.AsyncClient) -> None:
    people = [creating(PERSONS) for _ in range(2)]

    answer = await manager.post(ADDRESS, json={"operations": people}, headers={"Prefer": "handling=strict"})

    assert {told(each)[1] for each in results_of(answer, *people)} == {"push_not_whole", "push_out_of_time"}
    for person in people:
        assert (await manager.get(f"/v1/persons/{person['id']}")).status_code == 404
