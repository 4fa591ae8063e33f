"""Aftercare over HTTP: it follows a completed course, one term is open, and nobody who treats sees it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.api.duplicates.merging import merged, unmerged
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, an_aftercare
from tests.factories.posted import (
    body_of,
    corrected,
    created,
    posted_episode,
    posted_organisation,
    posted_person,
    refused,
)
from tests.factories.stored import rows

COMPLETED: Body = {
    "modality": "facility",
    "legal_basis": "compulsory",
    "registered_on": "2023-01-20",
    "started_on": "2023-02-01",
    "ended_on": "2024-02-01",
    "outcome": "completed",
}


async def a_completer(client: httpx.AsyncClient, **over: Any) -> tuple[str, str]:  # noqa: ANN401 - fields of any type
    """Post an adult who completed a course; the person's id and the course's."""
    person_id = await posted_person(client, birth_date="1990-05-01", birth_year=1990)
    episode = await posted_episode(client, person_id, **COMPLETED | over)
    return person_id, str(episode["course_id"])


def a_term(course_id: str, **over: Any) -> Body:  # noqa: ANN401 - as above
    return an_aftercare(course_id=course_id, from_on="2024-02-01", planned_months=24, decision_on="2024-02-20") | over


def at(person_id: str) -> str:
    return f"/v1/persons/{person_id}/aftercares"


class TestATerm:
    async def test_it_is_answered_whole_and_counts_from_the_completion(self, manager: httpx.AsyncClient) -> None:
        person_id, course_id = await a_completer(manager)
        body = a_term(course_id, absent_days=30)

        term = await created(manager, at(person_id), body)

        assert term == body | {
            "person_id": person_id,
            "to_on": "2026-03-03",
            "ended_on": None,
            "outcome": None,
            "version": 1,
            "state": "active",
            "void_reason": None,
            "recorded_at": "2026-11-21T03:00:00Z",
            "warnings": [],
        }

    async def test_a_correction_moves_the_end_of_the_term(self, manager: httpx.AsyncClient) -> None:
        person_id, course_id = await a_completer(manager)
        term = await created(manager, at(person_id), a_term(course_id))

        answer = await corrected(manager, f"{at(person_id)}/{term['id']}", {"absent_days": 10})

        assert body_of(answer)["to_on"] == "2026-02-11"

    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            pytest.param({"from_on": "2024-02-20"}, "aftercare_not_from_completion", "/from_on", id="the decision"),
            pytest.param({"planned_months": 12}, "aftercare_term_unlawful", "/planned_months", id="the term"),
            pytest.param({"place": "facility"}, "aftercare_at_residence_only", "/place", id="the place"),
            pytest.param({"course_id": str(uuid4())}, "course_not_completed", "/course_id", id="the course"),
            pytest.param({"ended_on": "2025-01-01"}, "exit_incomplete", "/outcome", id="the outcome"),
        ],
    )
    async def test_what_the_law_does_not_know(
        self, manager: httpx.AsyncClient, over: Body, code: str, pointer: str
    ) -> None:
        person_id, course_id = await a_completer(manager)

        refused(await manager.post(at(person_id), json=a_term(course_id) | over), 409, code, pointer)

    async def test_a_refusal_names_the_law_and_its_term(self, manager: httpx.AsyncClient) -> None:
        person_id, course_id = await a_completer(manager, legal_basis="voluntary")

        problem = refused(await manager.post(at(person_id), json=a_term(course_id)), 409, "aftercare_term_unlawful")

        assert problem["detail"] == "Law 73/2021/QH14, article 40: the term is 12 to 12 months."

    async def test_of_two_at_once_one_is_kept(self, manager: httpx.AsyncClient) -> None:
        person_id, course_id = await a_completer(manager)
        bodies = [a_term(course_id), a_term(course_id)]

        answers = await asyncio.gather(*[manager.post(at(person_id), json=body) for body in bodies])

        assert sorted(answer.status_code for answer in answers) == [201, 409]

    async def test_a_voided_term_makes_room(self, manager: httpx.AsyncClient) -> None:
        person_id, course_id = await a_completer(manager)
        term = await created(manager, at(person_id), a_term(course_id))
        refused(await manager.post(at(person_id), json=a_term(course_id)), 409, "aftercare_already_recorded")

        await manager.post(f"{at(person_id)}/{term['id']}/void", json={"reason": "Wrong person."})

        await created(manager, at(person_id), a_term(course_id))


class TestTheCourse:
    async def test_it_stays_completed_while_aftercare_follows_it(self, manager: httpx.AsyncClient) -> None:
        person_id, course_id = await a_completer(manager)
        term = await created(manager, at(person_id), a_term(course_id))
        episode = f"/v1/persons/{person_id}/episodes/{course_id}"

        refused(await corrected(manager, episode, {"outcome": "dropped_out"}), 409, "course_in_aftercare", "/outcome")
        refused(await manager.post(f"{episode}/void", json={"reason": "Twice."}), 409, "course_in_aftercare")
        assert (await corrected(manager, episode, {"planned_months": 12})).status_code == 200

        await manager.post(f"{at(person_id)}/{term['id']}/void", json={"reason": "Wrong person."})
        assert (await corrected(manager, episode, {"outcome": "dropped_out"})).status_code == 200

    async def test_who_treats_sees_no_aftercare_and_cannot_change_the_course_under_it(
        self, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        organisation_id = await posted_organisation(manager)
        officer = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(organisation_id))
        person_id, course_id = await a_completer(manager, provider_id=organisation_id, ended_on="2026-11-01")
        await created(manager, at(person_id), a_term(course_id, from_on="2026-11-01"))

        refused(await officer.get(at(person_id)), 403, "insufficient_scope")
        refused(await officer.post(at(person_id), json=a_term(course_id)), 403, "insufficient_scope")
        episode = f"/v1/persons/{person_id}/episodes/{course_id}"
        refused(await corrected(officer, episode, {"outcome": "dropped_out"}), 409, "course_in_aftercare", "/outcome")


class TestRelapse:
    async def test_it_is_no_relapse_until_addiction_is_determined_again(self, manager: httpx.AsyncClient) -> None:
        person_id, course_id = await a_completer(manager)
        term = await created(manager, at(person_id), a_term(course_id))
        end = {"ended_on": "2025-05-01", "outcome": "relapsed"}
        address = f"{at(person_id)}/{term['id']}"
        test = {"id": str(uuid4()), "tested_on": "2025-04-20", "method": "rapid_urine", "result": "positive"}
        await created(manager, f"/v1/persons/{person_id}/drug-tests", test)
        finding = {"id": str(uuid4()), "determined_on": "2025-04-25", "result": "not_addicted"}
        await created(manager, f"/v1/persons/{person_id}/determinations", finding)
        refused(await corrected(manager, address, end), 409, "relapse_not_determined", "/outcome")

        again = {"id": str(uuid4()), "determined_on": "2025-05-01", "result": "addicted"}
        await created(manager, f"/v1/persons/{person_id}/determinations", again)

        assert body_of(await corrected(manager, address, end)).items() >= end.items()

    async def test_a_clean_end_before_its_time_is_kept_with_a_warning(self, manager: httpx.AsyncClient) -> None:
        person_id, course_id = await a_completer(manager)
        term = await created(manager, at(person_id), a_term(course_id))

        answer = await corrected(
            manager, f"{at(person_id)}/{term['id']}", {"ended_on": "2026-01-31", "outcome": "completed"}
        )

        assert [each["code"] for each in body_of(answer)["warnings"]] == ["aftercare_completed_early"]


class TestMerging:
    @pytest.fixture
    async def pair(self, manager: httpx.AsyncClient) -> tuple[str, str]:
        """Two entries of one person, each with an open term."""
        people = []
        for _ in range(2):
            person_id, course_id = await a_completer(manager)
            await created(manager, at(person_id), a_term(course_id))
            people.append(person_id)
        return people[0], people[1]

    async def test_two_open_terms_stand_against_it(self, manager: httpx.AsyncClient, pair: tuple[str, str]) -> None:
        person_id, into_id = pair
        asked = {"id": str(uuid4()), "into_id": into_id, "reason": "The same person."}

        preview = await manager.post(f"/v1/persons/{person_id}/merge", json=asked | {"preview": True})

        found = [(each["kind"], each["blocks"]) for each in body_of(preview)["overlaps"]]
        assert ("open_aftercares", True) in found
        refused(await manager.post(f"/v1/persons/{person_id}/merge", json=asked), 409, "merge_blocked")

    async def test_the_term_counts_for_the_survivor_until_the_merge_is_undone(
        self, app: FastAPI, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        person_id, course_id = await a_completer(manager)
        theirs = await created(manager, at(person_id), a_term(course_id))
        into, own_course = await a_completer(manager)
        clerk, second = [await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY)) for _ in range(2)]

        async def root() -> str:
            ((root_id,),) = await rows(app, "SELECT root_id FROM aftercare WHERE id = :id", id=theirs["id"])
            return str(root_id)

        await merged(clerk, second, person_id, into)
        assert await root() == into
        answer = await manager.post(at(into), json=a_term(own_course))
        refused(answer, 409, "aftercare_already_open")

        await unmerged(clerk, second, person_id)
        assert await root() == person_id
        assert (await manager.post(at(into), json=a_term(own_course))).status_code == 201
