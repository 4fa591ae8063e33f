"""A person who is restricted: nothing new is written until the restriction is lifted."""

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.api.subject_requests.asking import GRANTED, asked, restricted
from tests.conftest import SignIn
from tests.factories.bodies import a_file, an_education_measure, an_episode
from tests.factories.counselling import a_point_set_up, held, offered, referred
from tests.factories.posted import (
    body_of,
    corrected,
    created,
    pages,
    posted_episode,
    posted_file,
    posted_organisation,
    refused,
)
from tests.factories.posted import posted_person as a_posted_person
from tests.factories.trails import fed


async def processing_of(client: httpx.AsyncClient, person: str) -> str:
    return str(body_of(await client.get(person))["processing"])


def codes_of(answer: httpx.Response) -> list[str]:
    return [warning["code"] for warning in body_of(answer)["warnings"]]


class TestRestriction:
    @pytest.mark.parametrize("kind", ["restriction", "objection"])
    async def test_granting_it_restricts_the_person(
        self, app: FastAPI, manager: httpx.AsyncClient, person: str, kind: str
    ) -> None:
        assert await processing_of(manager, person) == "unrestricted"

        await restricted(manager, person, kind)

        assert await processing_of(manager, person) == "restricted"
        assert [row["version"] for row in await fed(app, person.rpartition("/")[2])] == [1, 2]

    @pytest.mark.parametrize("kind", ["access", "correction", "erasure"])
    async def test_granting_anything_else_does_not(self, manager: httpx.AsyncClient, person: str, kind: str) -> None:
        await restricted(manager, person, kind)

        assert await processing_of(manager, person) == "unrestricted"

    async def test_a_refused_one_does_not_either(self, manager: httpx.AsyncClient, person: str) -> None:
        address = await asked(manager, person, kind="restriction")
        await manager.post(f"{address}/answer", json=GRANTED | {"decision": "refused", "reason": "The law demands it."})

        assert await processing_of(manager, person) == "unrestricted"

    async def test_it_holds_until_the_last_one_is_lifted(self, manager: httpx.AsyncClient, person: str) -> None:
        first, second = await restricted(manager, person), await restricted(manager, person, "objection")
        lifted = {"lifted_on": "2026-11-21", "lift_reason": "At the person's wish."}

        assert (await manager.post(f"{first}/lift", json=lifted)).status_code == 200
        assert await processing_of(manager, person) == "restricted"
        assert (await manager.post(f"{second}/lift", json=lifted)).status_code == 200
        assert await processing_of(manager, person) == "unrestricted"

    async def test_voiding_the_request_ends_it(self, manager: httpx.AsyncClient, person: str) -> None:
        address = await restricted(manager, person)

        await manager.post(f"{address}/void", json={"reason": "Entered for the wrong person."})

        assert await processing_of(manager, person) == "unrestricted"

    async def test_there_is_nothing_to_lift_twice(self, manager: httpx.AsyncClient, person: str) -> None:
        address = await restricted(manager, person)
        await manager.post(f"{address}/lift", json={"lifted_on": "2026-11-20", "lift_reason": "First."})

        again = await manager.post(f"{address}/lift", json={"lifted_on": "2026-11-21", "lift_reason": "Second."})

        refused(again, 409, "nothing_to_lift")

    async def test_writes_go_on_with_a_warning(self, manager: httpx.AsyncClient, person: str) -> None:
        before = await posted_file(manager, person.rpartition("/")[2])
        assert before["warnings"] == []
        await restricted(manager, person)

        added = await manager.post(f"{person}/files", json=a_file(category="addicted"))
        changed = await corrected(manager, f"{person}/files/{before['id']}", {"issuer": "UBND"})
        named = await corrected(manager, person, {"occupation": "Thợ mộc"})

        assert [codes_of(answer) for answer in (added, changed, named)] == [["person_is_restricted"]] * 3

    async def test_lists_leave_the_person_out_and_a_search_by_name_does_not(self, manager: httpx.AsyncClient) -> None:
        number = await a_posted_person(manager, full_name="Lê Thị Hạn Chế", unit_code="22018")
        episode = await posted_episode(manager, number)
        file = await posted_file(manager, number)
        listing = {"persons": number, "episodes": episode["id"], "files": file["id"]}
        lists = {f"/v1/{name}?unit=22018": listed for name, listed in listing.items()}
        for address, listed in lists.items():
            assert listed in {item["id"] for item in await pages(manager, address)}

        await restricted(manager, f"/v1/persons/{number}")

        for address, listed in lists.items():
            assert listed not in {item["id"] for item in await pages(manager, address)}
        by_name = body_of(await manager.post("/v1/persons/search", json={"name": "han che"}))["items"]
        assert [(item["id"], item["processing"]) for item in by_name] == [(number, "restricted")]
        by_unit = body_of(await manager.post("/v1/persons/search", json={"unit_code": "22018"}))["items"]
        assert number not in {item["id"] for item in by_unit}

    async def test_nor_is_the_person_in_the_lists_of_what_the_network_does(
        self, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        number = await a_posted_person(manager, unit_code="22015", birth_date=None, birth_year=1990)
        point = await a_point_set_up(manager, sign_in)
        session, service = await held(manager, point.id, number), await offered(manager)
        await referred(manager, point, service, person_id=number)
        await posted_episode(manager, number, ended_on="2024-02-01", outcome="completed", started_on="2023-02-01",
                             registered_on="2023-02-01")  # fmt: skip
        await created(manager, f"/v1/persons/{number}/education-measures", an_education_measure())
        lists = (
            f"/v1/sessions/{session['id']}/attendances",
            f"/v1/support-services/{service}/referrals",
            "/v1/completed-courses?unit=22015",
            "/v1/education-measures?unit=22015&on=2026-05-01",
        )

        async def who_is_listed() -> list[bool]:
            return [number in {line["person_id"] for line in await pages(manager, address)} for address in lists]

        assert await who_is_listed() == [True] * len(lists)
        await restricted(manager, f"/v1/persons/{number}")
        assert await who_is_listed() == [False] * len(lists)
        assert number in {line["person_id"] for line in await pages(point.staff, lists[0])}

    async def test_no_other_organisation_is_let_in_but_by_a_decision(
        self, manager: httpx.AsyncClient, sign_in: SignIn, person: str
    ) -> None:
        treating = await posted_organisation(manager, kind="methadone_clinic")
        other = await posted_organisation(manager, kind="rehab_facility_public")
        episode = await posted_episode(manager, person.rpartition("/")[2], modality="methadone", provider_id=treating)
        clinic = await sign_in(Role.FACILITY_OFFICER, organisation=treating)
        await restricted(manager, person)

        free = await manager.post(f"{person}/episodes", json=an_episode(modality="facility", provider_id=other))
        refused(free, 409, "person_restricted", "/provider_id")
        ordered = an_episode(modality="facility", provider_id=other, legal_basis="compulsory")
        assert (await manager.post(f"{person}/episodes", json=ordered)).status_code == 201
        assert episode["id"] in {item["id"] for item in await pages(clinic, "/v1/episodes")}
        going_on = await corrected(clinic, f"{person}/episodes/{episode['id']}", {"planned_months": 24})
        assert going_on.status_code == 200
