"""A push whose time is over before all operations had their turn: what is left is told, and sent again."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from registry.api.app import create_app
from registry.api.kinds.cases import FILES, TESTS
from registry.api.kinds.persons import PERSONS
from registry.settings import Settings
from tests.api.push.pushing import ADDRESS, changing, creating, push, results_of, statuses, told
from tests.conftest import NOW, SignIn
from tests.factories.counselling import a_point_set_up, attended, held
from tests.factories.posted import body_of, posted_person


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


async def test_what_one_record_is_told_is_not_torn_apart(manager: httpx.AsyncClient) -> None:
    person, other = creating(PERSONS), creating(PERSONS)
    there, back = [changing(PERSONS, person["id"], {"occupation": each}) for each in ("Thợ hồ", "Lái xe")]

    results = await push(manager, other, person, there, back)

    of_person = statuses(results[1:])
    assert of_person in (["applied"] * 3, ["deferred"] * 3)
    assert of_person[0] != results[0]["status"]


async def test_what_may_be_taken_later_takes_nobody_s_turn(manager: httpx.AsyncClient) -> None:
    orphan = creating(TESTS, of="00000000-0000-4000-8000-000000000001")
    person = creating(PERSONS)

    assert statuses(await push(manager, orphan, person)) == ["rejected", "applied"]


async def test_a_sheet_is_kept_whole(manager: httpx.AsyncClient, sign_in: SignIn) -> None:
    point = await a_point_set_up(manager, sign_in)
    people = [await posted_person(manager) for _ in range(3)]

    session = await held(manager, point.id, *people)

    assert [len(await attended(manager, each)) for each in people] == [1, 1, 1], session
