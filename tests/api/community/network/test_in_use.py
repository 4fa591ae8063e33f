"""An organisation that records name is not voided: it would go on to reach people."""

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_club, a_guidance_visit, a_membership, a_rating, a_worker, an_accompaniment
from tests.factories.counselling import Point, a_point_set_up, attended, held, offered, referred
from tests.factories.moving import THERE, answered, asked
from tests.factories.posted import created, posted_episode, posted_organisation, posted_person, refused

REASON = {"reason": "Entered twice."}
Rest = Callable[[httpx.AsyncClient, str], Awaitable[str]]


@pytest.fixture
async def club(manager: httpx.AsyncClient) -> str:
    """The address of a new club."""
    return f"/v1/clubs/{(await created(manager, '/v1/clubs', a_club()))['id']}"


async def recorded(client: httpx.AsyncClient, collection: str, body: Body) -> str:
    """Post a record; its address."""
    return f"{collection}/{(await created(client, collection, body))['id']}"


async def a_member(client: httpx.AsyncClient, club_id: str) -> str:
    person = await posted_person(client)
    return await recorded(client, f"/v1/persons/{person}/memberships", a_membership(organisation_id=club_id))


async def accompanied(client: httpx.AsyncClient, club_id: str) -> str:
    person = await posted_person(client)
    return await recorded(client, f"/v1/persons/{person}/accompaniments", an_accompaniment(organisation_id=club_id))


async def a_worker_of_its_own(client: httpx.AsyncClient, club_id: str) -> str:
    return await recorded(client, "/v1/network-workers", a_worker(organisation_id=club_id, unit_code=None))


async def an_appointment(client: httpx.AsyncClient, club_id: str) -> str:
    worker = await created(client, "/v1/network-workers", a_worker())
    named: Body = {"id": str(uuid4()), "worker_id": worker["id"], "organisation_id": club_id}
    body: Body = {**named, "role": "chair", "time": "part_time", "from_on": "2020-06-26"}
    return await recorded(client, "/v1/appointments", body)


async def guidance(client: httpx.AsyncClient, club_id: str) -> str:
    return await recorded(client, "/v1/club-guidance-visits", a_guidance_visit(organisation_id=club_id))


async def a_grade(client: httpx.AsyncClient, club_id: str) -> str:
    body = a_rating(organisation_id=club_id, year=2019, rated_on="2019-12-20")
    return await recorded(client, "/v1/club-ratings", body)


@pytest.mark.parametrize("rest", [a_member, accompanied, a_worker_of_its_own, an_appointment, guidance, a_grade])
async def test_a_club_is_voided_after_what_names_it(manager: httpx.AsyncClient, club: str, rest: Rest) -> None:
    resting = await rest(manager, club.rpartition("/")[2])

    refused(await manager.post(f"{club}/void", json=REASON), 409, "organisation_in_use")

    assert (await manager.post(f"{resting}/void", json=REASON)).status_code == 200
    assert (await manager.post(f"{club}/void", json=REASON)).status_code == 200


@pytest.mark.parametrize("role", [Role.PROVINCE_MANAGER, Role.ADMINISTRATOR])
async def test_a_clinic_is_voided_after_its_episodes(manager: httpx.AsyncClient, sign_in: SignIn, role: Role) -> None:
    keeper = await sign_in(role)
    clinic, person = await posted_organisation(manager), await posted_person(manager)
    episode = await posted_episode(manager, person, provider_id=clinic)

    refused(await keeper.post(f"/v1/organisations/{clinic}/void", json=REASON), 409, "organisation_in_use")

    answer = await manager.post(f"/v1/persons/{person}/episodes/{episode['id']}/void", json=REASON)
    assert answer.status_code == 200
    assert (await keeper.post(f"/v1/organisations/{clinic}/void", json=REASON)).status_code == 200


@pytest.fixture
async def point(manager: httpx.AsyncClient, sign_in: SignIn) -> Point:
    return await a_point_set_up(manager, sign_in)


async def test_a_point_is_voided_after_its_sessions_attendances_and_referrals(
    manager: httpx.AsyncClient, point: Point
) -> None:
    address, person = f"/v1/counselling-points/{point.id}", await posted_person(manager)
    referral = await referred(manager, point, await offered(manager), person_id=person)
    session = await held(manager, point.id, person)
    (attendance,) = await attended(manager, person)

    for resting in (
        referral,
        f"/v1/persons/{person}/attendances/{attendance['id']}",
        f"/v1/sessions/{session['id']}",
    ):
        refused(await manager.post(f"{address}/void", json=REASON), 409, "organisation_in_use")
        assert (await manager.post(f"{resting}/void", json=REASON)).status_code == 200

    assert (await manager.post(f"{address}/void", json=REASON)).status_code == 200


async def test_nor_where_its_member_has_moved_out_of_sight(
    officer: httpx.AsyncClient, sign_in: SignIn, club: str
) -> None:
    person = await posted_person(officer)
    club_id = club.rpartition("/")[2]
    await created(officer, f"/v1/persons/{person}/memberships", a_membership(organisation_id=club_id))
    receiver = await sign_in(Role.COMMUNE_OFFICER, unit=(THERE, TODAY))
    assert (await answered(receiver, await asked(officer, person))).status_code == 200

    refused(await officer.get(f"/v1/persons/{person}"), 404, "not_found")
    refused(await officer.post(f"{club}/void", json=REASON), 409, "organisation_in_use")


async def test_its_own_officer_is_not_told(sign_in: SignIn, club: str) -> None:
    chair = await sign_in(Role.NETWORK_OFFICER, organisation=UUID(club.rpartition("/")[2]))

    refused(await chair.post(f"{club}/void", json=REASON), 403, "unit_not_granted")
