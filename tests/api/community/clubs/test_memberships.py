"""Members on file: what a membership opens to the club, and what takes it away."""

from uuid import UUID

import httpx
from fastapi import FastAPI
from pydantic import JsonValue

from registry.domain.access import Role
from tests.api.duplicates.merging import merged
from tests.api.erasure.erasing import erase
from tests.api.subject_requests.asking import restricted
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_membership, a_point, a_team, an_accompaniment
from tests.factories.devices import Device
from tests.factories.moving import THERE, answered, asked
from tests.factories.posted import body_of, corrected, created, pages, posted_person, refused


async def joined(client: httpx.AsyncClient, club: str, person_id: str, **over: JsonValue) -> Body:
    body = a_membership(**{"organisation_id": club, **over})
    return await created(client, f"/v1/persons/{person_id}/memberships", body)


class TestReach:
    async def test_the_club_knows_its_member_and_no_more(
        self, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        refused(await chair.get(person), 404, "not_found")

        theirs = await joined(manager, club, person.rpartition("/")[2])

        assert "identity" not in body_of(await chair.get(person))
        assert [each["id"] for each in await pages(chair, f"{person}/memberships")] == [theirs["id"]]
        refused(await chair.get(f"{person}/episodes"), 403, "insufficient_scope")

    async def test_who_leaves_is_in_reach_for_a_while_and_may_join_again(
        self, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        theirs = await joined(manager, club, person.rpartition("/")[2])
        again = await manager.post(f"{person}/memberships", json=a_membership(organisation_id=club))
        refused(again, 409, "membership_already_open")

        await corrected(manager, f"{person}/memberships/{theirs['id']}", {"to_on": "2020-12-31"})

        refused(await chair.get(person), 404, "not_found")
        await joined(manager, club, person.rpartition("/")[2], from_on="2026-01-01")
        assert len(await pages(chair, f"{person}/memberships")) == 2

    async def test_who_works_for_two_sees_of_each_what_it_reaches_itself(
        self, sign_in: SignIn, manager: httpx.AsyncClient, club: str
    ) -> None:
        point = (await created(manager, "/v1/counselling-points", a_point()))["id"]
        officer, _ = [
            await sign_in(Role.NETWORK_OFFICER, organisation=UUID(each), subject="of both") for each in (club, point)
        ]
        person = f"/v1/persons/{(person_id := await posted_person(manager))}"
        former = await joined(manager, club, person_id, to_on="2020-12-31")
        device = Device(officer)
        await device.pull()

        theirs = await created(manager, f"{person}/accompaniments", an_accompaniment(organisation_id=point))

        refused(await officer.get(f"{person}/memberships/{former['id']}"), 404, "not_found")
        assert await pages(officer, f"{person}/memberships") == []
        await device.pull()
        assert set(device.of_person(person_id)) == {("person", person_id), ("accompaniment", theirs["id"])}
        told = {kind["kind"]: (kind["count"], kind["sha256"]) for kind in (await device.compared())["kinds"]}
        assert told.items() >= device.digest().items()

    async def test_a_restricted_person_is_opened_by_no_consent(self, manager: httpx.AsyncClient, club: str) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        await restricted(manager, person)

        answer = await manager.post(f"{person}/memberships", json=a_membership(organisation_id=club))

        refused(answer, 409, "person_restricted", "/organisation_id")
        await joined(manager, club, person.rpartition("/")[2], legal_basis="decision")

    async def test_a_membership_of_long_ago_opens_a_restricted_person_again_by_no_consent(
        self, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        theirs = await joined(manager, club, person.rpartition("/")[2], to_on="2021-07-01")
        await restricted(manager, person)
        address = f"{person}/memberships/{theirs['id']}"

        for days in ({"to_on": None}, {"to_on": f"{TODAY}"}):
            refused(await corrected(manager, address, days), 409, "person_restricted", "/organisation_id")

        refused(await chair.get(person), 404, "not_found")
        assert (await corrected(manager, address, {"to_on": "2021-08-01"})).status_code == 200
        by_decision: Body = {"to_on": None, "legal_basis": "decision"}
        assert (await corrected(manager, address, by_decision)).status_code == 200
        assert (await chair.get(person)).status_code == 200

    async def test_what_stands_by_consent_stays_for_a_restricted_person_and_for_no_longer(
        self, manager: httpx.AsyncClient, club: str
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        theirs = await joined(manager, club, person.rpartition("/")[2])
        await restricted(manager, person)
        address = f"{person}/memberships/{theirs['id']}"

        for change in ({"issuer": "Ban Chủ nhiệm"}, {"to_on": f"{TODAY}"}, {"to_on": "2026-11-01"}):
            assert (await corrected(manager, address, change)).status_code == 200
        for longer in (f"{TODAY}", None):
            answer = await corrected(manager, address, {"to_on": longer})
            refused(answer, 409, "person_restricted", "/organisation_id")

    async def test_a_decision_becomes_no_consent_of_a_restricted_person(
        self, manager: httpx.AsyncClient, club: str
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        theirs = await joined(manager, club, person.rpartition("/")[2], legal_basis="decision")
        await restricted(manager, person)

        answer = await corrected(manager, f"{person}/memberships/{theirs['id']}", {"legal_basis": "consent"})

        refused(answer, 409, "person_restricted", "/organisation_id")

    async def test_the_last_day_of_the_calendar_is_no_end(
        self, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"

        await joined(manager, club, person.rpartition("/")[2], to_on="9999-12-31")

        assert (await chair.get(person)).status_code == 200

    async def test_of_no_club_and_not_backwards(self, manager: httpx.AsyncClient, club: str) -> None:
        path = f"/v1/persons/{await posted_person(manager)}/memberships"
        team = await created(manager, "/v1/volunteer-teams", a_team())

        elsewhere = await manager.post(path, json=a_membership(organisation_id=team["id"]))
        backwards = await manager.post(path, json=a_membership(organisation_id=club, to_on="2020-06-30"))

        refused(elsewhere, 409, "organisation_unknown", "/organisation_id")
        refused(backwards, 409, "dates_out_of_order", "/to_on")


class TestWhoGoes:
    async def test_a_move_takes_the_membership_along_and_leaves_it_to_the_club(
        self, sign_in: SignIn, officer: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(officer)
        theirs = await joined(officer, club, person_id)
        receiver = await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY))

        assert (await answered(receiver, await asked(officer, person_id))).status_code == 200

        for client in (receiver, chair):
            (found,) = await pages(client, f"/v1/persons/{person_id}/memberships")
            assert found["id"] == theirs["id"]
        refused(await officer.get(f"/v1/persons/{person_id}/memberships"), 404, "not_found")

    async def test_a_merge_leaves_it_where_it_was_recorded(
        self, sign_in: SignIn, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        person_id, into = [await posted_person(manager) for _ in range(2)]
        theirs = await joined(manager, club, person_id)
        clerk, second = [await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY)) for _ in range(2)]

        await merged(clerk, second, person_id, into)

        address = f"/v1/persons/{person_id}/memberships/{theirs['id']}"
        assert body_of(await chair.get(address))["person_id"] == person_id

    async def test_void_and_erasure_take_it_from_the_club_s_device(
        self, app: FastAPI, manager: httpx.AsyncClient, club: str, chair: httpx.AsyncClient
    ) -> None:
        device = Device(chair)
        people = [await posted_person(manager) for _ in range(2)]
        held = [await joined(manager, club, person_id) for person_id in people]
        await device.pull()
        assert all(("membership", each["id"]) in device.of_person(who) for who, each in zip(people, held, strict=True))

        address = f"/v1/persons/{people[0]}/memberships/{held[0]['id']}/void"
        assert (await manager.post(address, json={"reason": "Entered for the wrong person."})).status_code == 200
        await erase(app, people[1])

        await device.pull()
        assert [device.of_person(person_id) for person_id in people] == [{}, {}]
