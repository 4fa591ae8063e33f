"""A small world for asking who sees what: three communes, each with a person who has a record of every kind.

Every text that is recorded of somebody names its group of fields and its place ("file of own"), so that an answer
tells by itself what of whom it shows.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias
from uuid import UUID, uuid4

import httpx

from registry.api.kinds.aftercare import AFTERCARES
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.medical import HIV_CLIENT_COUNTS
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.plan_reviews import PLAN_REVIEWS
from registry.api.records.kind import Kind
from registry.domain.access import FieldGroup, Permission, Role, TokenScope
from registry.domain.policy import POLICY
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import OF_PEOPLE, OF_UNIT, Body, a_fresh, a_residence
from tests.factories.devices import Device
from tests.factories.places import COMMUNES, ELSEWHERE, NEIGHBOUR, OWN, Place
from tests.factories.planned import approved, posted_plan, posted_target
from tests.factories.posted import MERGE_PATCH, body_of, created

SINCE = "2026-01-01"
NUMBER = "054092999001"
"""Everybody in the world shows one number, so that a search by it shows where it looks."""

Mark: TypeAlias = tuple[FieldGroup, str]

_TEXTS: Mapping[str, str] = {
    "person": "full_name",
    "identity_document": "issuer",
    "residence": "address",
    "file": "issuer",
    "drug_test": "tested_by",
    "determination": "determined_by",
    "episode": "issuer",
    "aftercare": "issuer",
    "education_measure": "issuer",
    "attendance": "note",
    "referral": "note",
    "accompaniment": "issuer",
    "visit": "note",
    "membership": "issuer",
    "medical_result": "note",
    "medical_referral": "note",
    "subject_request": "details",
    "erasure_order": "reason",
}
"""The field of each kind that says what it belongs to. Others say it by a year, a day or a number."""
_YEARS = {OWN: 1911, NEIGHBOUR: 1912, ELSEWHERE: 1913}
_COUNTED = {OWN: (311, 321), NEIGHBOUR: (312, 322), ELSEWHERE: (313, 323)}
"""How many clients live with HIV, at first and since it was corrected."""
_FOUND = {OWN: "2020-03-07", NEIGHBOUR: "2020-03-08", ELSEWHERE: "2020-03-10"}
"""When addiction was determined, which was after everybody had completed a course."""
_COMPLETED = {OWN: "2019-02-16", NEIGHBOUR: "2019-02-17", ELSEWHERE: "2019-02-18"}
"""When everybody completed a course."""
_DAYS = {OWN: "2026-02-01", NEIGHBOUR: "2026-02-02", ELSEWHERE: "2026-02-03"}


_STATED: Body = {"kind": "share", "direction": "floor", "value": 90, "stated_measure": "Buổi tuyên truyền"}
_PLACED: Mapping[str, Body] = {
    "plan_target": _STATED | dict.fromkeys(("indicator", "base_from_on", "base_to_on")),
    "counselling_point": {"opened_on": SINCE},
    "club": {"opened_on": SINCE, "counted_on": "2026-11-01"},
    "appointment": {"from_on": SINCE, "to_on": "2026-11-01"},
    "membership": {"from_on": SINCE},
    "accompaniment": {"from_on": SINCE},
    "visit": {"visited_on": "2026-11-01"},
    "club_guidance_visit": {"visited_on": "2026-11-01"},
    "club_rating": {"year": 2026, "rated_on": "2026-11-01"},
    "session": {"held_on": "2026-11-01"},
    "hiv_client_count": {"year": 2026, "month": 10},
    "support_service": {"from_on": SINCE},
    "referral": {"made_on": "2026-11-01"},
    "medical_referral": {"made_on": "2026-11-01"},
}
"""Days on which the communes are those of today's map, and the point still reaches who was there; and a target of
which something can be stated."""


@dataclass(frozen=True)
class Caller:
    """Somebody who asks: the role, and the places in reach as units and as people."""

    name: str
    client: httpx.AsyncClient
    role: Role | None = None
    units: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    scopes: frozenset[TokenScope] = frozenset(TokenScope)
    cursor: str = ""
    """Where the caller's replica has come to; empty for one who may keep none."""
    own: frozenset[str] = frozenset()
    """Places whose counselling point and club they act for."""

    def sees(self, place: Place, record: str) -> bool:
        """Whether what no person owns is within reach: by the unit, or as the point's or the club's own."""
        return place.name in self.units or (place.name in self.own and place.is_of_network(record))


@dataclass(frozen=True)
class World:
    """All places, all callers, and which text speaks of what."""

    places: Mapping[str, Place]
    callers: tuple[Caller, ...]
    marks: Mapping[str, Mark]

    def shown_by(self, answer: httpx.Response) -> set[Mark]:
        """Read off an answer which groups of whom it shows."""
        return {mark for text, mark in self.marks.items() if text in answer.text}


def present(kind: Kind, place: Place) -> Body:
    """The fields that the record of a place has since it was corrected."""
    if kind.singular in _TEXTS:
        return {_TEXTS[kind.singular]: "; ".join(f"{group} of {place.name}" for group in kind.groups)}
    return {"client_count": _COUNTED[place.name][1]} if kind is HIV_CLIENT_COUNTS else dict(kind.correction)


def path_of(kind: Kind, place: Place) -> str:
    """The address of a collection."""
    owner = f"/persons/{place.person_id}" if kind in OF_PEOPLE else ""
    return f"/v1{owner}/{kind.collection}"


async def a_world(sign_in: SignIn, anonymous: httpx.AsyncClient) -> World:
    """Fill the communes, and let everybody sign in."""
    places, marks = {}, {f"{group} of {place}": (group, place) for group in FieldGroup for place in COMMUNES}
    for name in COMMUNES:
        places[name] = await filled(sign_in, name, marks)
    callers = [await replicated(caller) async for caller in _callers(sign_in, anonymous, places[OWN])]
    return World(places, tuple(callers), marks)


async def filled(sign_in: SignIn, name: str, marks: dict[str, Mark]) -> Place:
    """Fill a commune with a record of every kind, and note which text speaks of what."""
    commune, province = COMMUNES[name]
    clerks = {role: await sign_in(role, unit=(province, TODAY)) for role in Role if not role.acts_for_organisation}
    place = Place(name, commune)
    for kind in (*OF_UNIT, PERSONS, *OF_PEOPLE):
        if kind is AFTERCARES:
            await _completed(clerks[Role.PROVINCE_MANAGER], place)
        if kind is PLAN_REVIEWS:
            await _approved(clerks[_writer(kind)], place)
        await _record(clerks[_writer(kind)], kind, place)
    marks[f'"moved_on":"{_DAYS[name]}"'] = (FieldGroup.RESIDENCE, name)
    marks[f'"completed_on":"{_COMPLETED[name]}"'] = (FieldGroup.TREATMENT, name)
    marks[f'"relapsed_on":"{_FOUND[name]}"'] = (FieldGroup.HEALTH, name)
    marks[f'"first_used_year":{_YEARS[name]}'] = (FieldGroup.HEALTH, name)
    marks |= {f'"client_count":{number}': (FieldGroup.MEDICAL, name) for number in _COUNTED[name]}
    await _granted(clerks[Role.ADMINISTRATOR], place)
    intervals = await clerks[Role.PROVINCE_MANAGER].get(f"/v1/persons/{place.person_id}/responsibilities")
    marks[body_of(intervals)["items"][0]["id"]] = (FieldGroup.RESIDENCE, name)
    return place


async def _record(clerk: httpx.AsyncClient, kind: Kind, place: Place) -> None:
    """Post a record and correct it, so that a former version of it speaks as well."""
    body = a_fresh(kind)
    body |= {name: place.named_by(kind, name) for name in kind.refers_to if name in body} | _first(kind, place)
    place.bodies[kind.singular] = body
    await created(clerk, path_of(kind, place), body)
    if not kind.is_corrected:
        return
    headers = {"If-Match": '"v1-any"', "Content-Type": MERGE_PATCH}
    answer = await clerk.patch(f"{path_of(kind, place)}/{body['id']}", json=present(kind, place), headers=headers)
    assert answer.status_code == 200, answer.text


def _first(kind: Kind, place: Place) -> Body:
    fields: Body = {
        name: f"{value}, at first" for name, value in present(kind, place).items() if kind.singular in _TEXTS
    }
    if "unit_code" in kind.create.model_fields and kind in OF_UNIT:
        fields["unit_code"] = place.commune
    fields |= _PLACED.get(kind.singular, {})
    match kind.singular:
        case "hiv_client_count":
            fields["client_count"] = _COUNTED[place.name][0]
        case "person":
            fields["residence"] = a_residence(kind="permanent", unit_code=place.commune, from_on=SINCE)
        case "identity_document":
            fields["number"] = NUMBER
        case "residence":
            fields |= {"unit_code": place.commune, "from_on": "2026-06-01"}
        case "substance_use":
            fields["first_used_year"] = _YEARS[place.name]
        case "move":
            fields["moved_on"] = _DAYS[place.name]
        case "visit":
            fields["accompaniment_id"] = place.id_of("accompaniment")
        case "episode":
            fields["provider_id"] = place.id_of("organisation")
    return fields | _followed(kind, place)


def _followed(kind: Kind, place: Place) -> Body:
    """Let what follows a course and stands beside it show in lists of today."""
    match kind.singular:
        case "determination":
            return {"determined_on": _FOUND[place.name]}
        case "aftercare":
            return {"course_id": place.id_of("completed_course"), "from_on": _COMPLETED[place.name]}
        case "education_measure":
            return {"to_on": "2027-03-01"}
    return {}


async def _completed(clerk: httpx.AsyncClient, place: Place) -> None:
    """Let the person have completed a course, after which they are placed in aftercare."""
    begun = {"registered_on": "2018-02-16", "started_on": "2018-02-16"}
    ended = {"modality": "facility", "ended_on": _COMPLETED[place.name], "outcome": "completed"}
    place.bodies["completed_course"] = a_fresh(EPISODES) | begun | ended
    await created(clerk, path_of(EPISODES, place), place.bodies["completed_course"])


async def _approved(clerk: httpx.AsyncClient, place: Place) -> None:
    """Let the commune have a plan that is approved, which alone is reviewed."""
    plan_id = await posted_plan(clerk, unit_code=place.commune)
    await posted_target(clerk, plan_id, **_STATED)
    await approved(clerk, plan_id)
    place.bodies["approved_plan"] = {"id": plan_id}


async def _granted(administrator: httpx.AsyncClient, place: Place) -> None:
    """Give a grant that stands, and one that is revoked, to a holder whose tokens are ended."""
    holder = f"holder in {place.name}"
    for name in ("grant", "revoked_grant"):
        grant = {"id": str(uuid4()), "subject": holder, "role": "commune_officer", "unit_code": place.commune}
        place.bodies[name] = grant
        await created(administrator, "/v1/grants", grant)
    await administrator.post(f"/v1/grants/{place.id_of('revoked_grant')}/revoke")
    place.bodies["revocation"] = {"id": str(uuid4()), "subject": holder, "reason": "device_lost"}
    await created(administrator, "/v1/token-revocations", place.bodies["revocation"])


async def _callers(sign_in: SignIn, anonymous: httpx.AsyncClient, own: Place) -> AsyncIterator[Caller]:
    here, province = frozenset({OWN}), frozenset({OWN, NEIGHBOUR})
    commune, reading = (own.commune, TODAY), frozenset({TokenScope.READ})
    yield Caller("anonymous", anonymous, scopes=frozenset())
    for role in (Role.COMMUNE_OFFICER, Role.HEALTH_OFFICER):
        yield Caller(role, await sign_in(role, unit=commune), role, here, here)
    facility = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(own.id_of("organisation")))
    yield Caller(Role.FACILITY_OFFICER, facility, Role.FACILITY_OFFICER, people=here)
    point, club = (UUID(own.id_of(singular)) for singular in ("counselling_point", "club"))
    await sign_in(Role.NETWORK_OFFICER, organisation=point, subject="network")
    network = await sign_in(Role.NETWORK_OFFICER, organisation=club, subject="network")
    yield Caller(Role.NETWORK_OFFICER, network, Role.NETWORK_OFFICER, people=here, own=here)
    for role in (Role.PROVINCE_MANAGER, Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR):
        yield Caller(role, await sign_in(role, unit=("66", TODAY)), role, province, province)
    server = await sign_in(Role.PROVINCE_SYSTEM, unit=("66", TODAY), subject="server", client_id="server")
    yield Caller("province_system", server, Role.PROVINCE_SYSTEM, province, province)
    reader = await sign_in(Role.COMMUNE_OFFICER, unit=commune, scopes=tuple(reading))
    yield Caller("a token to read with", reader, Role.COMMUNE_OFFICER, here, here, reading)
    nobody = await sign_in(Role.PROVINCE_MANAGER, unit=commune)
    (grant,) = body_of(await nobody.get("/v1/me"))["grants"]
    administrator = await sign_in(Role.ADMINISTRATOR, unit=("66", TODAY))
    assert (await administrator.post(f"/v1/grants/{grant['id']}/revoke")).status_code == 200
    yield Caller("nobody", nobody)


async def replicated(caller: Caller) -> Caller:
    """Let the device of one who may keep a replica pull it."""
    if caller.role is None or Permission.SYNC_READ not in POLICY[caller.role]:
        return caller
    device = Device(caller.client)
    await device.pull()
    return replace(caller, cursor=device.cursor or "")


def _writer(kind: Kind) -> Role:
    roles = (role for role in Role if not role.acts_for_organisation)
    return next(role for role in roles if POLICY[role].keys() >= {kind.read, kind.write})
