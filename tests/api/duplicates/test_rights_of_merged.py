"""Who is on file under several entries since a merge is one human: rights that were granted hold for every entry."""

from datetime import timedelta
from typing import NamedTuple

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.api.duplicates.merging import merged, unmerged
from tests.api.subject_requests.asking import restricted
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_document, a_request, an_order
from tests.factories.emergencies import later
from tests.factories.locks import held
from tests.factories.posted import body_of, corrected, created, pages, posted_episode, posted_person, refused

NUMBERS = ("054092999101", "054092999102", "054092999103")
RESTRICTED, UNRESTRICTED = "restricted", "unrestricted"


class Group(NamedTuple):
    """Three entries: the first went into the second, and that into the third."""

    first: str
    second: str
    survivor: str


@pytest.fixture(scope="module")
async def second(sign_in: SignIn) -> httpx.AsyncClient:
    """Another manager of the same province."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


@pytest.fixture
async def group(supervisor: httpx.AsyncClient, second: httpx.AsyncClient) -> Group:
    people = [await posted_person(supervisor) for _ in NUMBERS]
    for person, number in zip(people, NUMBERS, strict=True):
        await created(supervisor, f"/v1/persons/{person}/identity-documents", a_document(number=number))
    await merged(supervisor, second, people[0], people[1])
    await merged(supervisor, second, people[1], people[2])
    return Group(*people)


async def processing(client: httpx.AsyncClient, group: Group) -> list[str]:
    return [body_of(await client.get(f"/v1/persons/{person}"))["processing"] for person in group]


async def approved(client: httpx.AsyncClient, order_id: str) -> httpx.Response:
    waiting = await pages(client, "/v1/tasks?kind=erasure_approval")
    (task,) = [task for task in waiting if task["record_id"] == order_id]
    return await client.post(f"/v1/tasks/{task['id']}/settle", json={"decision": "approve"})


async def listed_stays(client: httpx.AsyncClient) -> list[str]:
    return [each["id"] for each in await pages(client, "/v1/episodes?limit=500")]


def numbers_in(document: Body) -> dict[str, str]:
    """The numbers of an export, each with the entry that holds it."""
    (section,) = [each for each in document["sections"] if each["section"] == "identity_document"]
    return {each["record"]["number"]: each["record"]["person_id"] for each in section["records"]}


class TestExport:
    async def test_any_entry_tells_of_all(self, supervisor: httpx.AsyncClient, group: Group) -> None:
        for asked in group:
            document = body_of(await supervisor.get(f"/v1/persons/{asked}/export"))

            assert (document["person_id"], document["entries"][0]) == (asked, group.survivor)
            assert sorted(document["entries"]) == sorted(group)
            assert numbers_in(document) == dict(zip(NUMBERS, group, strict=True))
            where = [each["where"] for each in document["not_included"] if each["what"] == "medical_results"]
            assert sorted(where) == [f"/v1/persons/{person}/medical-results" for person in sorted(group)]

    async def test_after_an_undone_merge_each_tells_of_itself(
        self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient, group: Group
    ) -> None:
        await unmerged(supervisor, second, group.second)

        document = body_of(await supervisor.get(f"/v1/persons/{group.survivor}/export"))

        assert (document["entries"], numbers_in(document)) == ([group.survivor], {NUMBERS[2]: group.survivor})


class TestRestriction:
    @pytest.mark.parametrize("of", range(3))
    async def test_it_holds_for_every_entry(self, supervisor: httpx.AsyncClient, group: Group, of: int) -> None:
        stay = await posted_episode(supervisor, group.first)
        assert stay["id"] in await listed_stays(supervisor)

        await restricted(supervisor, f"/v1/persons/{group[of]}")

        assert await processing(supervisor, group) == [RESTRICTED] * 3
        assert stay["id"] not in await listed_stays(supervisor)

    async def test_who_asks_for_none_waits_for_no_other_entry(
        self, app: FastAPI, supervisor: httpx.AsyncClient, group: Group
    ) -> None:
        """Two requests about two entries of one human would each hold one of them and wait for the other."""
        async with held(app.state.sessions, group.survivor):
            answer = await supervisor.post(f"/v1/persons/{group.first}/subject-requests", json=a_request(kind="access"))

        assert answer.status_code == 201, answer.text

    async def test_lifting_it_frees_all(self, supervisor: httpx.AsyncClient, group: Group) -> None:
        address = await restricted(supervisor, f"/v1/persons/{group.first}")
        lifted = {"lifted_on": "2026-11-21", "lift_reason": "At the person's wish."}

        assert (await supervisor.post(f"{address}/lift", json=lifted)).status_code == 200

        assert await processing(supervisor, group) == [UNRESTRICTED] * 3

    async def test_it_comes_with_a_merge_and_goes_with_its_undoing(
        self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient
    ) -> None:
        person, into = await posted_person(supervisor), await posted_person(supervisor)
        await restricted(supervisor, f"/v1/persons/{person}")
        pair = Group(person, into, into)

        await merged(supervisor, second, person, into)
        assert await processing(supervisor, pair) == [RESTRICTED] * 3

        await unmerged(supervisor, second, person)
        assert await processing(supervisor, pair) == [RESTRICTED, UNRESTRICTED, UNRESTRICTED]


class TestErasure:
    @pytest.mark.parametrize("of", range(3))
    async def test_one_order_erases_every_entry(
        self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient, group: Group, of: int
    ) -> None:
        order = await created(supervisor, f"/v1/persons/{group[of]}/erasure-orders", an_order())
        assert [warning["code"] for warning in order["warnings"]] == ["erasure_covers_merged"]

        answer = await approved(second, order["id"])

        assert answer.status_code == 200, answer.text
        for person in group:
            refused(await supervisor.get(f"/v1/persons/{person}"), 410, "erased")

    async def test_nobody_approves_what_the_order_did_not_cover_when_it_was_recorded(
        self, app: FastAPI, supervisor: httpx.AsyncClient, second: httpx.AsyncClient
    ) -> None:
        person, into = await posted_person(supervisor), await posted_person(supervisor)
        order = await created(supervisor, f"/v1/persons/{person}/erasure-orders", an_order())
        with later(app, timedelta(seconds=1)):
            await merged(supervisor, second, person, into)

            refused(await approved(second, order["id"]), 409, "erasure_covers_more")

            address = f"/v1/persons/{person}/erasure-orders/{order['id']}"
            await corrected(supervisor, address, {"reason": "Both entries."})
        assert (await approved(second, order["id"])).status_code == 200
        refused(await supervisor.get(f"/v1/persons/{into}"), 410, "erased")

    async def test_who_was_never_merged_is_erased_without_a_word_of_others(self, supervisor: httpx.AsyncClient) -> None:
        person = await posted_person(supervisor)

        order = await created(supervisor, f"/v1/persons/{person}/erasure-orders", an_order())

        assert order["warnings"] == []
