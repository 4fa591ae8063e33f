"""Who belongs to a club on a day, and how long they have lived without relapse: derived, and not shown to the club."""

from uuid import UUID

import httpx
import pytest
from pydantic import JsonValue

from registry.api.kinds.cases import DETERMINATIONS
from registry.domain.access import Role
from tests.api.duplicates.merging import merged
from tests.api.subject_requests.asking import restricted
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_club, a_membership, a_record
from tests.factories.posted import created, pages, posted_episode, posted_person, refused

COMPLETED, RELAPSED, ON = "2019-03-01", "2020-03-01", "2020-06-30"


@pytest.fixture
async def club(manager: httpx.AsyncClient) -> str:
    """A new club; its id."""
    return str((await created(manager, "/v1/clubs", a_club()))["id"])


async def a_member(manager: httpx.AsyncClient, club: str, name: str, **over: JsonValue) -> str:
    person = await posted_person(manager, full_name=name)
    body = a_membership(**{"organisation_id": club, "from_on": "2020-01-01", **over})
    await created(manager, f"/v1/persons/{person}/memberships", body)
    return person


async def completed(manager: httpx.AsyncClient, person: str) -> None:
    days: Body = {"registered_on": "2018-03-01", "started_on": "2018-03-01", "ended_on": COMPLETED}
    await posted_episode(manager, person, modality="facility", outcome="completed", **days)


async def found_addicted(manager: httpx.AsyncClient, person: str) -> None:
    finding = a_record(DETERMINATIONS, determined_on=RELAPSED, result="addicted")
    await created(manager, f"/v1/persons/{person}/determinations", finding)


async def times(client: httpx.AsyncClient, club: str, on: str = ON) -> dict[str, Body]:
    listed = await pages(client, f"/v1/clubs/{club}/times-without-relapse?on={on}&limit=1")
    return {each["person_id"]: each for each in listed}


async def test_members_of_a_day_in_the_order_of_their_names(
    sign_in: SignIn, manager: httpx.AsyncClient, club: str
) -> None:
    second = await a_member(manager, club, "Lê Văn Bình")
    first = await a_member(manager, club, "Lê Văn An", kind="volunteer")
    await a_member(manager, club, "Lê Văn Xa", to_on=ON)
    hidden = await a_member(manager, club, "Lê Văn Yên")
    await restricted(manager, f"/v1/persons/{hidden}")
    chair = await sign_in(Role.NETWORK_OFFICER, organisation=UUID(club))

    listed = await pages(manager, f"/v1/clubs/{club}/memberships?on={ON}&limit=1")
    own = await pages(chair, f"/v1/clubs/{club}/memberships?on={ON}")

    assert [(each["person"]["id"], each["kind"]) for each in listed] == [(first, "volunteer"), (second, "after_rehab")]
    assert [each["person_id"] for each in own] == [first, second, hidden]


async def test_time_without_relapse_is_read_off_courses_and_determinations(
    manager: httpx.AsyncClient, club: str
) -> None:
    unknown, clean, relapsed = [await a_member(manager, club, f"Trần Thị {name}") for name in ("An", "Bình", "Chi")]
    for person in (clean, relapsed):
        await completed(manager, person)
    await found_addicted(manager, relapsed)
    await found_addicted(manager, unknown)

    found = await times(manager, club)
    before = await times(manager, club, on="2020-02-29")

    told = {
        each: (line["completed_on"], line["relapsed_on"], line["days_without_relapse"]) for each, line in found.items()
    }
    assert told == {
        unknown: (None, None, None),
        clean: (COMPLETED, None, 487),
        relapsed: (COMPLETED, RELAPSED, 366),
    }
    assert [before[each]["days_without_relapse"] for each in (clean, relapsed)] == [365, 365]


async def test_a_merge_carries_what_is_known_of_both(sign_in: SignIn, manager: httpx.AsyncClient, club: str) -> None:
    member, other = await a_member(manager, club, "Phạm Văn Một"), await posted_person(manager)
    await completed(manager, other)
    clerk, second = [await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY)) for _ in range(2)]

    await merged(clerk, second, member, other)

    assert (await times(manager, club))[member]["days_without_relapse"] == 487


async def test_neither_the_club_nor_a_stranger_sees_it(sign_in: SignIn, stranger: httpx.AsyncClient, club: str) -> None:
    chair = await sign_in(Role.NETWORK_OFFICER, organisation=UUID(club))
    path = f"/v1/clubs/{club}/times-without-relapse"

    refused(await chair.get(path), 403, "insufficient_scope")
    refused(await stranger.get(path), 404, "not_found")
