"""A device that goes on from what it has changed itself, without having been told of it yet, disagrees with nobody."""

import httpx
import pytest

from registry.api.kinds.cases import FILES
from registry.api.kinds.clubs import CLUBS
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.identity import RESIDENCES
from registry.api.kinds.persons import PERSONS
from registry.api.records.kind import Kind
from registry.api.sync.kinds import is_of_person
from registry.domain.access import Role
from tests.api.push.pushing import changing, creating, push, statuses, told, voiding
from tests.conftest import SignIn
from tests.factories.bodies import a_request
from tests.factories.posted import body_of, created, posted_person


@pytest.fixture(scope="module")
async def colleague(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER)


@pytest.mark.parametrize("kind", [PERSONS, RESIDENCES, FILES, EPISODES, CLUBS], ids=lambda kind: kind.singular)
async def test_forth_and_back_and_void_from_the_version_that_was_seen(manager: httpx.AsyncClient, kind: Kind) -> None:
    owner = await posted_person(manager) if is_of_person(kind) else None
    create = creating(kind, of=owner)
    there = dict(kind.correction)
    back = {name: create["body"].get(name) for name in there}
    changes = [changing(kind, create["id"], each, of=owner) for each in (there, back, there)]
    void = voiding(kind, create["id"], of=owner, base_version=1)
    await push(manager, create)

    first, again = await push(manager, *changes, void), await push(manager, *changes, void)

    assert (statuses(first), [each["version"] for each in first]) == (["applied"] * 4, [2, 3, 4, 5])
    assert (statuses(again), {each["version"] for each in again}) == (["duplicate"] * 4, {5})


async def test_what_came_back_without_an_answer_is_not_made_twice(manager: httpx.AsyncClient) -> None:
    person = creating(PERSONS)
    first, second = [changing(PERSONS, person["id"], {"occupation": each}) for each in ("Thợ hồ", "Lái xe")]
    await push(manager, person, first)

    results = await push(manager, person, first, second)

    assert statuses(results) == ["duplicate", "duplicate", "applied"]
    assert body_of(await manager.get(f"/v1/persons/{person['id']}"))["version"] == 3


async def test_what_somebody_else_changed_in_between_is_told_all_the_same(
    manager: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    person = creating(PERSONS)
    await push(colleague, person, changing(PERSONS, person["id"], {"phone": "0900 000 021"}))
    name, phone, void = (
        changing(PERSONS, person["id"], {"occupation": "Thợ hồ"}),
        changing(PERSONS, person["id"], {"phone": "0900 000 022"}),
        voiding(PERSONS, person["id"], base_version=1),
    )

    results = await push(manager, name, phone, void)

    assert [told(each) for each in results] == [
        ("applied", None, None),
        ("conflict", "fields_in_conflict", "/operations/1/body/phone"),
        ("conflict", "version_mismatch", "/operations/2"),
    ]


async def test_what_one_changed_elsewhere_is_no_part_of_the_push(manager: httpx.AsyncClient) -> None:
    """In the office on Tuesday, on the phone on Monday: nobody but the officer knows which is right."""
    person = creating(PERSONS)
    await push(manager, person, changing(PERSONS, person["id"], {"phone": "0900 000 023"}))

    (result,) = await push(manager, changing(PERSONS, person["id"], {"phone": "0900 000 024"}))

    assert told(result)[:2] == ("conflict", "fields_in_conflict")


async def test_a_late_retry_of_what_was_voided_since_is_a_duplicate(
    manager: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    person = creating(PERSONS)
    change = changing(PERSONS, person["id"], {"occupation": "Thợ hồ"})
    await push(manager, person, change)
    await push(colleague, voiding(PERSONS, person["id"]))

    again, other = await push(manager, change, changing(PERSONS, person["id"], {"occupation": "Lái xe"}))

    assert (told(again)[0], again["state"], again["version"]) == ("duplicate", "voided", 3)
    assert told(other)[:2] == ("conflict", "record_voided")


async def test_what_one_takes_back_in_another_push_is_not_lost(manager: httpx.AsyncClient) -> None:
    person = creating(PERSONS)
    was = person["body"]["occupation"]
    await push(manager, person, changing(PERSONS, person["id"], {"occupation": "Thợ hồ"}))

    (result,) = await push(manager, changing(PERSONS, person["id"], {"occupation": was}))

    assert told(result) == ("conflict", "fields_in_conflict", "/operations/0/body/occupation")


async def test_each_change_goes_on_from_the_version_that_it_names(
    manager: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    """The first was applied and its answer lost; then the colleague's came, was seen, and another one came."""
    person = creating(PERSONS)
    first = changing(PERSONS, person["id"], {"occupation": "Thợ hồ"})
    await push(manager, person, first)
    theirs = [changing(PERSONS, person["id"], {"occupation": each}, base=2) for each in ("Lái xe", "Thợ hàn")]
    await push(colleague, *theirs)

    again, later = await push(manager, first, changing(PERSONS, person["id"], {"occupation": "Thợ xây"}, base=3))

    assert told(again)[0] == "duplicate"
    assert told(later)[:2] == ("conflict", "fields_in_conflict")


async def test_a_void_does_not_pass_over_what_stands_beside_the_body(manager: httpx.AsyncClient) -> None:
    person = creating(PERSONS)
    await push(manager, person)
    request = a_request(kind="restriction", answered_on="2026-11-20", decision="granted")
    await created(manager, f"/v1/persons/{person['id']}/subject-requests", request)

    (result,) = await push(manager, voiding(PERSONS, person["id"], base_version=1))

    assert told(result)[:2] == ("conflict", "version_mismatch")
