"""What becomes of attendances and referrals when something becomes of the person, and that a sheet's numbers stay."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from registry.domain.access import Role
from tests.api.duplicates.merging import merged
from tests.api.erasure.erasing import erase
from tests.api.subject_requests.asking import restricted
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body
from tests.factories.counselling import (
    DIRECTORY,
    SESSIONS,
    Point,
    a_point_set_up,
    an_attendee,
    attended,
    held,
    offered,
    referred,
    told,
)
from tests.factories.moving import THERE, answered
from tests.factories.moving import asked as asked_to_move
from tests.factories.posted import body_of, corrected, pages, posted_person, refused
from tests.factories.reported import figures, gain

YEAR: dict[str, Any] = {"unit": "66", "on": f"{TODAY}", "year": 2026}


@pytest.fixture(scope="module")
async def manager(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


@pytest.fixture
async def point(manager: httpx.AsyncClient, sign_in: SignIn) -> Point:
    return await a_point_set_up(manager, sign_in)


async def numbers_of(client: httpx.AsyncClient, session: Body) -> tuple[int, int]:
    """The version of a session, and how many people on file it says took part."""
    now = body_of(await client.get(f"{SESSIONS}/{session['id']}"))
    return now["version"], now["on_file_count"]


async def listed(client: httpx.AsyncClient, session: Body) -> set[str]:
    """Whom a session shows as having attended."""
    return {line["person"]["id"] for line in await pages(client, f"{SESSIONS}/{session['id']}/attendances?limit=1")}


class TestMove:
    async def test_records_go_with_the_person_and_numbers_stay(
        self, officer: httpx.AsyncClient, sign_in: SignIn, point: Point
    ) -> None:
        receiver = await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY))
        there, stays = await posted_person(officer), await posted_person(officer)
        session, service = await held(officer, point.id, there, stays), await offered(officer)
        referral = await referred(officer, point, service, person_id=there)

        assert (await answered(receiver, await asked_to_move(officer, there))).status_code == 200

        assert await numbers_of(officer, session) == (1, 2)
        assert await listed(officer, session) == {stays}
        refused(await officer.get(referral), 404, "not_found")
        (attendance,) = await attended(receiver, there)
        assert attendance.items() >= {"organisation_id": point.id, "held_on": session["held_on"]}.items()
        refused(await receiver.get(f"{SESSIONS}/{session['id']}"), 404, "not_found")
        assert body_of(await receiver.get(referral))["status"] == "made"
        assert [line["person"]["id"] for line in await pages(receiver, f"{DIRECTORY}/{service}/referrals")] == [there]

    async def test_the_point_still_reaches_whom_it_counselled(
        self, officer: httpx.AsyncClient, sign_in: SignIn, point: Point
    ) -> None:
        receiver = await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY))
        person = await posted_person(officer)
        session = await held(officer, point.id, person)

        await answered(receiver, await asked_to_move(officer, person))

        assert await listed(point.staff, session) == {person}


class TestMerge:
    async def test_both_stay_under_whom_they_were_recorded_of_and_count_as_one(
        self, manager: httpx.AsyncClient, sign_in: SignIn, point: Point
    ) -> None:
        clerk, second = [await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY)) for _ in range(2)]
        loser, survivor = await posted_person(manager), await posted_person(manager)
        before = await figures(manager, **YEAR)
        session = await held(manager, point.id, loser, survivor)
        referral = await referred(manager, point, await offered(manager), person_id=loser)

        await merged(clerk, second, loser, survivor)

        assert await numbers_of(manager, session) == (1, 2)
        assert await listed(manager, session) == {loser, survivor}
        assert body_of(await manager.get(referral))["person_id"] == loser
        after = gain(before, await figures(manager, **YEAR))
        assert (after["counselling_clients"], after["counselling_turnout"]) == (1, 4)


class TestErasure:
    async def test_records_go_for_good_and_numbers_stay(
        self, app: FastAPI, manager: httpx.AsyncClient, point: Point
    ) -> None:
        gone, stays = await posted_person(manager), await posted_person(manager)
        session, service = await held(manager, point.id, gone, stays), await offered(manager)
        referral = await referred(manager, point, service, person_id=gone)
        (attendance,) = await attended(manager, gone)

        await erase(app, gone)

        assert await numbers_of(manager, session) == (1, 2)
        assert await listed(manager, session) == {stays}
        assert await pages(manager, f"{DIRECTORY}/{service}/referrals") == []
        refused(await manager.get(referral), 410, "erased")
        body = {"id": attendance["id"], "session_id": session["id"], "legal_basis": "consent"}
        refused(await manager.post(f"/v1/persons/{gone}/attendances", json=body), 410, "erased")


class TestRestriction:
    async def test_a_sheet_opens_a_restricted_person_by_no_consent(
        self, manager: httpx.AsyncClient, point: Point
    ) -> None:
        person = await posted_person(manager)
        await restricted(manager, f"/v1/persons/{person}")

        by_consent = await held(manager, point.id, person)
        by_duty = an_attendee(person, legal_basis="statutory_duty")
        as_obliged = await held(manager, point.id, attendees=[by_duty])

        assert told(by_consent) == [("rejected", "person_restricted")]
        assert told(as_obliged) == [("applied", None)]
        assert [each["session_id"] for each in await attended(manager, person)] == [as_obliged["id"]]
        assert await numbers_of(manager, by_consent) == (1, 1)

    async def test_nor_does_a_correction(self, manager: httpx.AsyncClient, point: Point) -> None:
        person = await posted_person(manager)
        await held(manager, point.id, person, held_on="2021-07-01")
        by_duty = an_attendee(person, legal_basis="statutory_duty")
        await held(manager, point.id, held_on="2022-07-01", attendees=[by_duty])
        recent = await held(manager, point.id)
        (by_consent,) = [each for each in await attended(manager, person) if each["legal_basis"] == "consent"]
        await restricted(manager, f"/v1/persons/{person}")

        path = f"/v1/persons/{person}/attendances"
        later = await corrected(manager, f"{path}/{by_consent['id']}", {"session_id": recent["id"]})
        unbound = await corrected(manager, f"{path}/{by_duty['id']}", {"legal_basis": "consent"})

        for answer in (later, unbound):
            refused(answer, 409, "person_restricted", "/organisation_id")
        refused(await point.staff.get(f"/v1/persons/{person}"), 404, "not_found")
