"""Merging: two people decide, nothing moves, one is counted, and it can be undone."""

from collections.abc import Sequence
from itertools import pairwise, permutations

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.api.duplicates.merging import a_merge, asked, merged, settled, survivor_of, unmerged
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_document, an_episode
from tests.factories.posted import body_of, pages, posted_episode, posted_file, posted_person, refused
from tests.factories.stored import rows
from tests.factories.trails import fed

HERE, THERE = "22015", "22258"
FIGURES = "/v1/reports/annual?unit=66&on=2026-11-21&year=2026"


@pytest.fixture(scope="module")
async def second(sign_in: SignIn) -> httpx.AsyncClient:
    """Another manager of the same province."""
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


async def everything(client: httpx.AsyncClient, people: Sequence[str]) -> list[Body]:
    """Figures and lists, and the people but for the number of their version."""
    found = [body_of(await client.get(FIGURES)), {"all": await pages(client, "/v1/persons?limit=500")}]
    for person in people:
        shown = [body_of(await client.get(f"/v1/persons/{person}{below}")) for below in ("", "/responsibilities")]
        found += shown
    versions: set[str] = set()
    for each in found:
        for item in (each, *each.get("all", ())):
            versions.add(str(item.pop("version", None)))
    return found


class TestMerge:
    async def test_nothing_happens_before_a_second_person_approves(
        self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient
    ) -> None:
        person, into = await posted_person(supervisor), await posted_person(supervisor)
        merge = (await asked(supervisor, person, into))["merge"]
        assert (merge["status"], await survivor_of(supervisor, person)) == ("requested", None)

        refused(await settled(supervisor, merge["id"]), 403, "second_person_required")
        await settled(second, merge["id"])

        assert await survivor_of(supervisor, person) == into
        (shown,) = body_of(await supervisor.get(f"/v1/persons/{into}/merges"))["items"]
        assert (shown["status"], shown["person_id"], shown["reason"]) == ("merged", person, merge["reason"])

    async def test_a_decline_leaves_two_people(self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient) -> None:
        person, into = await posted_person(supervisor), await posted_person(supervisor)
        merge = (await asked(supervisor, person, into))["merge"]

        await settled(second, merge["id"], "decline")

        assert await survivor_of(supervisor, person) is None
        assert (await asked(supervisor, person, into))["merge"]["status"] == "requested"

    async def test_one_is_listed_and_counted(self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient) -> None:
        name = "Trương Thị Gộp Một"
        person, into = [await posted_person(supervisor, full_name=name, unit_code=unit) for unit in (HERE, THERE)]
        for each in (person, into):
            await posted_file(supervisor, each, opened_on="2026-02-01")
        before = body_of(await supervisor.get(FIGURES))

        await merged(supervisor, second, person, into)

        found = body_of(await supervisor.post("/v1/persons/search", json={"name": name}))["items"]
        assert [each["id"] for each in found] == [into]
        assert body_of(await supervisor.get(FIGURES)) != before

    async def test_the_merged_id_goes_to_the_unit_of_the_survivor(
        self,
        app: FastAPI,
        supervisor: httpx.AsyncClient,
        second: httpx.AsyncClient,
        officer: httpx.AsyncClient,
        neighbour: httpx.AsyncClient,
    ) -> None:
        person, into = [await posted_person(supervisor, unit_code=unit) for unit in (HERE, THERE)]

        await merged(supervisor, second, person, into)

        assert [row["op"] for row in await fed(app, person)][-2:] == ["leave", "enter"]
        assert (await neighbour.get(f"/v1/persons/{person}")).status_code == 200
        refused(await officer.get(f"/v1/persons/{person}"), 404, "not_found")
        path = f"/v1/persons/{person}/identity-documents"
        refused(await officer.post(path, json=a_document()), 409, "person_merged")
        assert (await neighbour.post(path, json=a_document())).status_code == 201

    @pytest.mark.parametrize("treated", ["merged", "survivor"])
    async def test_one_open_stay_per_track_goes_by_the_survivor(
        self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient, treated: str
    ) -> None:
        person, into = await posted_person(supervisor), await posted_person(supervisor)
        has_stay, other = (person, into) if treated == "merged" else (into, person)
        await posted_episode(supervisor, has_stay)
        await merged(supervisor, second, person, into)

        answer = await supervisor.post(f"/v1/persons/{other}/episodes", json=an_episode())

        refused(answer, 409, "episode_already_open")


class TestPreview:
    async def test_tells_what_both_hold_and_writes_nothing(self, app: FastAPI, supervisor: httpx.AsyncClient) -> None:
        person, into = await posted_person(supervisor), await posted_person(supervisor)
        one, other = [await posted_episode(supervisor, each) for each in (person, into)]
        file, twin = [await posted_file(supervisor, each) for each in (person, into)]

        looked = await asked(supervisor, person, into, preview=True)

        assert looked["merge"] is None
        assert looked["overlaps"] == [
            {"kind": "open_stays", "blocks": True, "record_id": one["id"], "other_id": other["id"]},
            {"kind": "open_files", "blocks": False, "record_id": file["id"], "other_id": twin["id"]},
        ]
        assert await rows(app, "SELECT 1 FROM merge WHERE person_id = :person", person=person) == []
        answer = await supervisor.post(f"/v1/persons/{person}/merge", json=a_merge(into))
        refused(answer, 409, "merge_blocked")


class TestUndo:
    async def test_brings_back_every_figure_and_list(
        self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient
    ) -> None:
        people = [await posted_person(supervisor, unit_code=unit) for unit in (HERE, THERE)]
        for each in people:
            await posted_file(supervisor, each, opened_on="2026-02-01")
        await posted_episode(supervisor, people[0])
        before = await everything(supervisor, people)
        await merged(supervisor, second, *people)
        assert await everything(supervisor, people) != before

        await unmerged(supervisor, second, people[0])

        assert await everything(supervisor, people) == before

    async def test_takes_two_as_well(self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient) -> None:
        person, into = await posted_person(supervisor), await posted_person(supervisor)
        await merged(supervisor, second, person, into)
        address, body = f"/v1/persons/{person}/unmerge", {"reason": "The number was mistyped."}
        merge = body_of(await supervisor.post(address, json=body))
        assert body_of(await supervisor.post(address, json=body)) == merge

        refused(await settled(supervisor, merge["id"]), 403, "second_person_required")
        await settled(second, merge["id"], "decline")

        assert await survivor_of(supervisor, person) == into

    async def test_is_for_the_one_who_was_merged(self, supervisor: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(supervisor)}/unmerge"

        refused(await supervisor.post(address, json={"reason": "x"}), 409, "not_merged")


class TestChains:
    @pytest.mark.parametrize("order", list(permutations(range(3))))
    async def test_any_order_leaves_the_same_survivor(
        self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient, order: tuple[int, ...]
    ) -> None:
        people = [await posted_person(supervisor) for _ in range(4)]
        steps = list(pairwise(people))

        for place in order:
            await merged(supervisor, second, *steps[place])

        assert [await survivor_of(supervisor, each) for each in people] == [people[3]] * 3 + [None]

    async def test_who_is_taken_apart_takes_their_own_along(
        self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient
    ) -> None:
        one, two, three = [await posted_person(supervisor) for _ in range(3)]
        await merged(supervisor, second, one, two)
        await merged(supervisor, second, two, three)

        await unmerged(supervisor, second, two)

        assert [await survivor_of(supervisor, each) for each in (one, two, three)] == [two, None, None]


class TestRefusals:
    async def test_of_what_cannot_be_merged(self, supervisor: httpx.AsyncClient, second: httpx.AsyncClient) -> None:
        one, two, three = [await posted_person(supervisor) for _ in range(3)]
        refused(await supervisor.post(f"/v1/persons/{one}/merge", json=a_merge(one)), 409, "merge_of_one")
        waiting = a_merge(two)
        answers = [await supervisor.post(f"/v1/persons/{one}/merge", json=waiting) for _ in range(2)]
        assert body_of(answers[0])["merge"] == body_of(answers[1])["merge"]
        refused(await supervisor.post(f"/v1/persons/{one}/merge", json=a_merge(three)), 409, "merge_pending")
        refused(
            await supervisor.post(f"/v1/persons/{one}/merge", json=waiting | {"reason": "x"}), 409, "record_id_conflict"
        )
        await settled(second, waiting["id"])
        refused(await supervisor.post(f"/v1/persons/{two}/merge", json=a_merge(one)), 409, "merge_of_one")
        refused(await supervisor.post(f"/v1/persons/{one}/merge", json=a_merge(three)), 409, "person_merged")

    async def test_of_somebody_out_of_reach(self, supervisor: httpx.AsyncClient, officer: httpx.AsyncClient) -> None:
        here, there = await posted_person(supervisor), await posted_person(supervisor, unit_code=THERE)

        refused(await officer.post(f"/v1/persons/{here}/merge", json=a_merge(there)), 404, "not_found")
        refused(await officer.post(f"/v1/persons/{there}/merge", json=a_merge(here)), 404, "not_found")
