"""Whom somebody of the network accompanies: what that opens to the organisation, and what takes it away."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue

from registry.domain.access import Role
from tests.api.duplicates.merging import merged
from tests.api.erasure.erasing import erase
from tests.api.subject_requests.asking import restricted
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_point, a_visit, an_accompaniment
from tests.factories.devices import Device
from tests.factories.moving import THERE, answered, asked
from tests.factories.posted import body_of, corrected, created, pages, posted_person, refused
from tests.factories.trails import audited

POINTS = "/v1/counselling-points"
Accompany = Callable[..., Awaitable[Body]]


@pytest.fixture
async def point(manager: httpx.AsyncClient) -> str:
    """A new point; its id."""
    return str((await created(manager, POINTS, a_point()))["id"])


@pytest.fixture
async def head(sign_in: SignIn, point: str) -> httpx.AsyncClient:
    """The officer of the point."""
    return await sign_in(Role.NETWORK_OFFICER, organisation=UUID(point))


@pytest.fixture
def accompany(manager: httpx.AsyncClient, point: str) -> Accompany:
    async def accompanied(person_id: str, **over: JsonValue) -> Body:
        body = an_accompaniment(**{"organisation_id": point, **over})
        return await created(manager, f"/v1/persons/{person_id}/accompaniments", body)

    return accompanied


class TestReach:
    async def test_the_point_sees_whom_it_accompanies_and_its_own_records(
        self, manager: httpx.AsyncClient, head: httpx.AsyncClient, accompany: Accompany
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        refused(await head.get(person), 404, "not_found")
        theirs = await accompany(person.rpartition("/")[2])
        other = await created(manager, POINTS, a_point())
        await accompany(person.rpartition("/")[2], organisation_id=other["id"])

        assert "identity" not in body_of(await head.get(person))
        assert [each["id"] for each in await pages(head, f"{person}/accompaniments")] == [theirs["id"]]
        refused(await head.get(f"{person}/files"), 403, "insufficient_scope")

    async def test_the_head_records_visits_and_for_no_other_team(
        self, manager: httpx.AsyncClient, head: httpx.AsyncClient, accompany: Accompany
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        theirs = await accompany(person.rpartition("/")[2])
        other = await created(manager, POINTS, a_point())

        visit = await created(head, f"{person}/visits", a_visit(accompaniment_id=theirs["id"], note="Ổn định."))

        assert [each["note"] for each in await pages(manager, f"{person}/visits")] == ["Ổn định."]
        elsewhere = an_accompaniment(organisation_id=other["id"])
        refused(await head.post(f"{person}/accompaniments", json=elsewhere), 403, "organisation_not_granted")
        answer = await corrected(head, f"{person}/visits/{visit['id']}", {"kind": "phone_call"})
        assert answer.status_code == 200

    async def test_a_visit_keeps_the_ground_on_which_it_was_made(
        self, manager: httpx.AsyncClient, accompany: Accompany
    ) -> None:
        person_id = await posted_person(manager)
        theirs = await accompany(person_id, legal_basis="decision")
        visits, body = f"/v1/persons/{person_id}/visits", a_visit(accompaniment_id=theirs["id"])
        visit = await created(manager, visits, body)
        address = f"/v1/persons/{person_id}/accompaniments/{theirs['id']}"
        answer = await corrected(manager, address, {"legal_basis": "statutory_duty"})
        assert answer.status_code == 200, answer.text

        kept = body_of(await manager.get(f"{visits}/{visit['id']}"))
        again = body_of(await corrected(manager, f"{visits}/{visit['id']}", {"kind": "phone_call"}))

        assert [each["legal_basis"] for each in (visit, kept, again)] == ["decision", "decision", "statutory_duty"]
        typed = await manager.post(visits, json=a_visit(accompaniment_id=theirs["id"], legal_basis="consent"))
        assert typed.status_code == 422

    async def test_its_device_gains_and_loses_the_person_with_all_of_it(
        self, manager: httpx.AsyncClient, head: httpx.AsyncClient, accompany: Accompany
    ) -> None:
        device = Device(head)
        await device.pull()
        person_id = await posted_person(manager)
        theirs = await accompany(person_id)
        visit = await created(manager, f"/v1/persons/{person_id}/visits", a_visit(accompaniment_id=theirs["id"]))

        await device.pull()
        assert device.of_person(person_id) == {
            ("person", person_id): 1, ("accompaniment", theirs["id"]): 1, ("visit", visit["id"]): 1,
        }  # fmt: skip
        for kind, record in (("visits", visit), ("accompaniments", theirs)):
            address = f"/v1/persons/{person_id}/{kind}/{record['id']}/void"
            assert (await manager.post(address, json={"reason": "Entered for the wrong person."})).status_code == 200

        await device.pull()
        assert device.of_person(person_id) == {}
        refused(await head.get(f"/v1/persons/{person_id}"), 404, "not_found")

    async def test_a_restricted_person_is_opened_by_no_consent(
        self, manager: httpx.AsyncClient, point: str, accompany: Accompany
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        await restricted(manager, person)

        answer = await manager.post(f"{person}/accompaniments", json=an_accompaniment(organisation_id=point))

        refused(answer, 409, "person_restricted", "/organisation_id")
        theirs = await accompany(person.rpartition("/")[2], legal_basis="decision")
        changed = await corrected(manager, f"{person}/accompaniments/{theirs['id']}", {"legal_basis": "consent"})
        refused(changed, 409, "person_restricted", "/organisation_id")

    async def test_nor_is_one_accompanied_once_opened_again(
        self, manager: httpx.AsyncClient, head: httpx.AsyncClient, accompany: Accompany
    ) -> None:
        person = f"/v1/persons/{await posted_person(manager)}"
        theirs = await accompany(person.rpartition("/")[2], to_on="2021-07-01")
        await restricted(manager, person)

        answer = await corrected(manager, f"{person}/accompaniments/{theirs['id']}", {"to_on": None})

        refused(answer, 409, "person_restricted", "/organisation_id")
        refused(await head.get(person), 404, "not_found")


class TestRules:
    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            pytest.param({"worker_id": str(UUID(int=7))}, "named_record_unknown", "/worker_id", id="by nobody"),
            pytest.param({"to_on": "2020-06-30"}, "dates_out_of_order", "/to_on", id="backwards"),
            pytest.param(
                {"organisation_id": str(UUID(int=7))}, "organisation_unknown", "/organisation_id", id="for no point"
            ),
        ],
    )
    async def test_what_cannot_be_is_refused(
        self, manager: httpx.AsyncClient, over: dict[str, JsonValue], code: str, pointer: str
    ) -> None:
        path = f"/v1/persons/{await posted_person(manager)}/accompaniments"

        refused(await manager.post(path, json=an_accompaniment(**over)), 409, code, pointer)

    async def test_visits_lie_within_and_hold_what_they_rest_on(
        self, manager: httpx.AsyncClient, accompany: Accompany
    ) -> None:
        person_id = await posted_person(manager)
        theirs, visits = await accompany(person_id, to_on="2020-08-01"), f"/v1/persons/{person_id}/visits"
        address = f"/v1/persons/{person_id}/accompaniments/{theirs['id']}"
        await created(manager, visits, a_visit(accompaniment_id=theirs["id"]))

        for day, code in (("2020-06-30", "outside_accompaniment"), ("2020-08-01", "outside_accompaniment")):
            late = a_visit(accompaniment_id=theirs["id"], visited_on=day)
            refused(await manager.post(visits, json=late), 409, code, "/visited_on")
        voided = await manager.post(f"{address}/void", json={"reason": "Entered twice."})
        refused(voided, 409, "accompaniment_visited")
        other = await created(manager, POINTS, a_point())
        moved = await corrected(manager, address, {"organisation_id": other["id"]})
        refused(moved, 409, "accompaniment_visited", "/organisation_id")

    async def test_of_another_person_s_accompaniment_there_are_none(
        self, manager: httpx.AsyncClient, accompany: Accompany
    ) -> None:
        theirs = await accompany(await posted_person(manager))
        visits = f"/v1/persons/{await posted_person(manager)}/visits"

        answer = await manager.post(visits, json=a_visit(accompaniment_id=theirs["id"]))

        refused(answer, 409, "named_record_unknown", "/accompaniment_id")


class TestList:
    async def test_the_point_lists_whom_it_accompanies_on_a_day(
        self, app: FastAPI, manager: httpx.AsyncClient, point: str, head: httpx.AsyncClient, accompany: Accompany
    ) -> None:
        first, second = [await posted_person(manager) for _ in range(2)]
        await accompany(first, to_on="2020-08-01")
        await accompany(second, from_on="2020-08-01")
        hidden = await posted_person(manager)
        await accompany(hidden)
        await restricted(manager, f"/v1/persons/{hidden}")

        answer = await manager.get(f"/v1/accompaniments?organisation_id={point}&on=2020-08-01")

        assert [each["person_id"] for each in body_of(answer)["items"]] == [second]
        (row,) = await audited(app, answer)
        assert (row["person_ids"], row["field_groups"]) == ([UUID(second)], ["support"])
        mine = await pages(head, "/v1/accompaniments?limit=1")
        assert {each["person_id"] for each in mine} == {second, hidden}


class TestWhoGoes:
    async def test_a_move_takes_everything_along(
        self, sign_in: SignIn, officer: httpx.AsyncClient, manager: httpx.AsyncClient, accompany: Accompany
    ) -> None:
        person_id = await posted_person(manager)
        theirs = await accompany(person_id)
        await created(manager, f"/v1/persons/{person_id}/visits", a_visit(accompaniment_id=theirs["id"]))
        receiver = await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY))

        assert (await answered(receiver, await asked(officer, person_id))).status_code == 200

        assert len(await pages(receiver, f"/v1/persons/{person_id}/visits")) == 1
        refused(await officer.get(f"/v1/persons/{person_id}/accompaniments"), 404, "not_found")

    async def test_a_merge_leaves_it_where_it_was_recorded(
        self, sign_in: SignIn, manager: httpx.AsyncClient, head: httpx.AsyncClient, accompany: Accompany
    ) -> None:
        person_id, into = [await posted_person(manager) for _ in range(2)]
        theirs = await accompany(person_id)
        clerk, second = [await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY)) for _ in range(2)]

        await merged(clerk, second, person_id, into)

        address = f"/v1/persons/{person_id}/accompaniments/{theirs['id']}"
        assert body_of(await head.get(address))["person_id"] == person_id

    async def test_an_erasure_leaves_nothing(
        self, app: FastAPI, manager: httpx.AsyncClient, head: httpx.AsyncClient, accompany: Accompany
    ) -> None:
        person_id = await posted_person(manager)
        theirs = await accompany(person_id)
        await created(manager, f"/v1/persons/{person_id}/visits", a_visit(accompaniment_id=theirs["id"]))
        device = Device(head)
        await device.pull()

        await erase(app, person_id)

        await device.pull()
        assert device.of_person(person_id) == {}
        refused(await head.get(f"/v1/persons/{person_id}/visits"), 404, "not_found")
