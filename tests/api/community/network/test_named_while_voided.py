"""An organisation is not voided under a record that is just being written: one of the two hears of the other.

Neither waits for the other in vain: whoever writes an organisation, and whoever names one, locks the directory first.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from registry.db.engine import transaction
from registry.db.tables.situation import OrganisationRow
from tests.conftest import SignIn
from tests.factories.bodies import a_club, a_membership, an_episode
from tests.factories.counselling import a_point_set_up, a_referral, offered
from tests.factories.locks import held, until_waiting
from tests.factories.posted import corrected, created, posted_episode, posted_organisation, posted_person

PAIRS = 4
Request = Coroutine[Any, Any, httpx.Response]


def voided(client: httpx.AsyncClient, address: str) -> Request:
    return client.post(f"{address}/void", json={"reason": "Entered twice."})


async def refusals(naming: Request, voiding: Request) -> set[str]:
    """Send both at once; what each was refused for."""
    answers = await asyncio.gather(naming, voiding)
    return {answer.json()["code"] for answer in answers if answer.is_error}


def assert_one_was_refused(refused: set[str]) -> None:
    assert len(refused) == 1
    assert refused <= {"organisation_unknown", "organisation_in_use"}


async def test_a_clinic(officer: httpx.AsyncClient, manager: httpx.AsyncClient) -> None:
    for _ in range(PAIRS):
        clinic, person = await posted_organisation(manager), await posted_person(officer)
        naming = officer.post(f"/v1/persons/{person}/episodes", json=an_episode(provider_id=clinic))
        assert_one_was_refused(await refusals(naming, voided(manager, f"/v1/organisations/{clinic}")))


async def test_a_clinic_that_a_correction_names(officer: httpx.AsyncClient, manager: httpx.AsyncClient) -> None:
    for _ in range(PAIRS):
        clinic, person = await posted_organisation(manager), await posted_person(officer)
        episode = await posted_episode(officer, person)
        address = f"/v1/persons/{person}/episodes/{episode['id']}"
        tag = (await officer.get(address)).headers["etag"]
        naming = corrected(officer, address, {"provider_id": clinic}, if_match=tag)
        assert_one_was_refused(await refusals(naming, voided(manager, f"/v1/organisations/{clinic}")))


async def test_a_counselling_point(officer: httpx.AsyncClient, manager: httpx.AsyncClient, sign_in: SignIn) -> None:
    service = await offered(officer)
    for _ in range(PAIRS):
        point, person = await a_point_set_up(officer, sign_in), await posted_person(officer)
        naming = officer.post(f"/v1/persons/{person}/referrals", json=a_referral(point, service))
        assert_one_was_refused(await refusals(naming, voided(manager, f"/v1/counselling-points/{point.id}")))


async def test_a_club(officer: httpx.AsyncClient, manager: httpx.AsyncClient) -> None:
    for _ in range(PAIRS):
        club, person = (await created(manager, "/v1/clubs", a_club()))["id"], await posted_person(officer)
        naming = officer.post(f"/v1/persons/{person}/memberships", json=a_membership(organisation_id=club))
        assert_one_was_refused(await refusals(naming, voided(manager, f"/v1/clubs/{club}")))


@pytest.mark.parametrize(
    ("is_voiding", "status"), [(True, 409), (False, 200)], ids=["voided meanwhile", "corrected meanwhile"]
)
async def test_a_club_is_named_first(
    app: FastAPI, officer: httpx.AsyncClient, manager: httpx.AsyncClient, *, is_voiding: bool, status: int
) -> None:
    club, person = (await created(manager, "/v1/clubs", a_club()))["id"], await posted_person(officer)
    address, body = f"/v1/clubs/{club}", a_membership(organisation_id=club)
    writing = voided(manager, address) if is_voiding else corrected(manager, address, {"name": "CLB B93 Phường 1"})
    async with (
        asyncio.TaskGroup() as both,
        held(app.state.sessions, club, table=OrganisationRow),
        transaction(app.state.sessions) as watch,
    ):
        naming = both.create_task(officer.post(f"/v1/persons/{person}/memberships", json=body))
        await until_waiting(watch)
        writer = both.create_task(writing)
        await until_waiting(watch, 2)

    assert (naming.result().status_code, writer.result().status_code) == (201, status)
