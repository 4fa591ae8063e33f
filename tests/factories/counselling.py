"""Counselling as a point does it: sheets of sessions, referrals to services."""

from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx
from pydantic import JsonValue

from registry.api.kinds.referrals import SERVICES
from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_point, a_record
from tests.factories.posted import created, posted_person

SESSIONS = "/v1/sessions"
DIRECTORY = "/v1/support-services"


@dataclass(frozen=True)
class Point:
    """A counselling point and its own officer."""

    id: str
    staff: httpx.AsyncClient


async def a_point_set_up(officer: httpx.AsyncClient, sign_in: SignIn, **over: JsonValue) -> Point:
    body = await created(officer, "/v1/counselling-points", a_point(**over))
    return Point(body["id"], await sign_in(Role.NETWORK_OFFICER, organisation=UUID(body["id"])))


def a_group(point_id: str, *persons: str, **over: JsonValue) -> Body:
    """A group session with these people on file."""
    sheet: Body = {"id": str(uuid4()), "organisation_id": point_id, "held_on": "2026-11-20", "form": "group"}
    return {**sheet, "family_count": 2, "attendees": [an_attendee(person) for person in persons], **over}


def an_attendee(person_id: str, **over: JsonValue) -> Body:
    return {"id": str(uuid4()), "person_id": person_id, "legal_basis": "consent", **over}


def told(answer: Body) -> list[tuple[str, str | None]]:
    """What became of each attendee."""
    return [(each["status"], each["code"]) for each in answer["attendances"]]


async def attended(client: httpx.AsyncClient, person_id: str) -> list[Body]:
    answer = await client.get(f"/v1/persons/{person_id}/attendances")
    assert answer.status_code == 200, answer.text
    items: list[Body] = answer.json()["items"]
    return items


async def held(client: httpx.AsyncClient, point_id: str, *persons: str, **over: JsonValue) -> Body:
    """Post a sheet that must be accepted; the answer."""
    return await created(client, SESSIONS, a_group(point_id, *persons, **over))


async def offered(client: httpx.AsyncClient, **over: JsonValue) -> str:
    """Post a service; its id."""
    return str((await created(client, DIRECTORY, a_record(SERVICES, **over)))["id"])


def a_referral(point: Point, service_id: str, **over: JsonValue) -> Body:
    named: Body = {"id": str(uuid4()), "organisation_id": point.id, "service_id": service_id}
    return {**named, "legal_basis": "consent", "made_on": "2026-11-16", **over}


async def referred(
    client: httpx.AsyncClient, point: Point, service_id: str, *, person_id: str | None = None, **over: JsonValue
) -> str:
    """Refer somebody; the address of the referral."""
    person = person_id or await posted_person(client)
    referral = await created(client, f"/v1/persons/{person}/referrals", a_referral(point, service_id, **over))
    return f"/v1/persons/{person}/referrals/{referral['id']}"
