"""Who was merged moves with the survivor, and is where they were once the merge is undone."""

import httpx
import pytest

from registry.domain.access import Role
from tests.api.duplicates.merging import asked as merge_asked
from tests.api.duplicates.merging import merged, settled, unmerged
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_move
from tests.factories.moving import HERE, NEIGHBOUR, answered, asked
from tests.factories.moving import THERE as IN_ANOTHER_PROVINCE
from tests.factories.posted import body_of, created, posted_person, refused

NEXT = "22255"
"""One more commune of the province."""


@pytest.fixture(scope="module")
async def second(sign_in: SignIn) -> httpx.AsyncClient:
    """Another manager of the same province."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


async def in_charge(client: httpx.AsyncClient, person: str) -> list[tuple[str, str]]:
    """Which commune has been in charge since when, by the person's own intervals."""
    intervals: list[Body] = body_of(await client.get(f"/v1/persons/{person}/responsibilities"))["items"]
    return [(str(each["unit_code"]), str(each["from_on"])) for each in intervals]


async def test_a_move_of_the_survivor_moves_nobody_who_is_taken_apart_later(
    supervisor: httpx.AsyncClient, second: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    person, into = [await posted_person(supervisor, unit_code=unit) for unit in (HERE, NEIGHBOUR)]
    await merged(supervisor, second, person, into)
    await created(supervisor, f"/v1/persons/{into}/moves", a_move(to_unit_code=NEXT, moved_on="2026-11-10"))
    refused(await officer.get(f"/v1/persons/{person}"), 404, "not_found")

    await unmerged(supervisor, second, person)

    assert (await officer.get(f"/v1/persons/{person}")).status_code == 200
    assert await in_charge(supervisor, person) == [(HERE, "2019-01-01")]
    assert await in_charge(supervisor, into) == [(NEIGHBOUR, "2019-01-01"), (NEXT, "2026-11-10")]


async def test_they_come_back_from_another_province(
    sign_in: SignIn, supervisor: httpx.AsyncClient, second: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    one, other = [await sign_in(Role.PROVINCE_MANAGER, unit=("56", TODAY)) for _ in range(2)]
    person, into = [await posted_person(supervisor, unit_code=unit) for unit in (HERE, NEIGHBOUR)]
    await merged(supervisor, second, person, into)
    receiver = await sign_in(Role.COMMUNE_OFFICER, unit=(IN_ANOTHER_PROVINCE, TODAY))
    await answered(receiver, await asked(supervisor, into))
    assert (await receiver.get(f"/v1/persons/{person}")).status_code == 200

    await unmerged(one, other, person)

    assert (await officer.get(f"/v1/persons/{person}")).status_code == 200
    refused(await one.get(f"/v1/persons/{person}"), 404, "not_found")
    assert (await receiver.get(f"/v1/persons/{into}")).status_code == 200


async def test_nobody_moves_under_the_merged_id(
    supervisor: httpx.AsyncClient, second: httpx.AsyncClient, neighbour: httpx.AsyncClient
) -> None:
    """By its intervals the survivor's unit could lose all of its days."""
    person = await posted_person(supervisor, unit_code=HERE)
    into = await posted_person(supervisor, unit_code=NEIGHBOUR, from_on="2026-06-01")
    await merged(supervisor, second, person, into)

    for client in (supervisor, neighbour):
        answer = await client.post(f"/v1/persons/{person}/moves", json=a_move(to_unit_code=NEXT, moved_on="2026-03-10"))
        refused(answer, 409, "person_merged")
    assert await in_charge(supervisor, into) == [(NEIGHBOUR, "2026-06-01")]


async def test_who_is_about_to_move_is_merged_into_nobody(
    supervisor: httpx.AsyncClient, second: httpx.AsyncClient, officer: httpx.AsyncClient
) -> None:
    """The survivor would go along, and those who are in charge of them would not have been asked."""
    person, into = [await posted_person(supervisor, unit_code=unit) for unit in (HERE, NEIGHBOUR)]
    wanted = (await merge_asked(supervisor, person, into))["merge"]["id"]
    move = await asked(officer, person)

    (found,) = (await merge_asked(supervisor, person, into, preview=True))["overlaps"]
    approved = await settled(second, wanted)

    assert found == {"kind": "open_move", "blocks": True, "record_id": move.body["id"], "other_id": None}
    refused(approved, 409, "merge_blocked")

    await officer.post(f"{move.address}/withdraw", json={"withdrawn_on": "2026-11-20"})
    await asked(supervisor, into)
    assert (await settled(second, wanted)).status_code == 200
