"""What a club, a point and a team do with people while devices are offline, and how long that lets them be reached."""

from datetime import timedelta

import httpx
from pydantic import JsonValue

from registry.api.kinds.accompaniments import ACCOMPANIMENTS, VISITS
from registry.api.kinds.aftercare import AFTERCARES, EDUCATION_MEASURES
from registry.api.kinds.counselling import ATTENDANCES
from registry.api.kinds.memberships import MEMBERSHIPS
from registry.api.kinds.referrals import REFERRALS
from registry.api.records.kind import Kind
from registry.db import reach
from registry.db.engine import transaction
from tests.api.subject_requests.asking import restricted
from tests.api.sync.moving import HERE
from tests.api.sync.simulated import voided
from tests.api.sync.simulated_world import Named, Opening, Somebody, Thing, World
from tests.factories.bodies import Body, a_record
from tests.factories.counselling import an_attendee, held
from tests.factories.posted import body_of, corrected, created, refused

LINGER = timedelta(days=5)
"""How long an organisation still reaches somebody after the end."""
A_WHILE = timedelta(days=7)
"""A time that outlasts it."""
CONSENT, DECISION = "consent", "decision"
LAST_FIRST = (VISITS, ATTENDANCES, REFERRALS, ACCOMPANIMENTS, MEMBERSHIPS, EDUCATION_MEASURES, AFTERCARES)
"""Kinds of what is taken back, what rests on another before it."""


async def joins_the_club(world: World, number: int) -> None:
    if (who := world.any(number)) is not None and not _open(who, MEMBERSHIPS):
        await _named(world, who, MEMBERSHIPS, world.network.club)


async def is_accompanied(world: World, number: int) -> None:
    """By a worker of the club, the point or the team."""
    if (who := world.any(number)) is not None:
        await _named(world, who, ACCOMPANIMENTS, world.network.organisations[number % 3])


async def is_visited(world: World, number: int) -> None:
    """By whoever accompanies them; their own officer writes it down."""
    if (who := world.any(number)) is not None:
        for accompaniment in _open(who, ACCOMPANIMENTS)[:1]:
            body = a_record(VISITS, accompaniment_id=accompaniment[1], visited_on="2020-07-15", note="Ổn định.")
            await _recorded(world.officers.network, who, VISITS, body, who.own[accompaniment])


async def attends_a_session(world: World, number: int) -> None:
    if (who := world.any(number)) is not None:
        host = world.network.organisations[number % 3]
        basis = DECISION if who.is_restricted else CONSENT
        sheet = await held(world.manager, host, form="group", held_on=f"{world.today}")
        world.things.append(Thing("session", sheet["id"], HERE, host))
        body = {**an_attendee(who.id, legal_basis=basis), "session_id": sheet["id"]}
        del body["person_id"]
        attendance = await _recorded(world.manager, who, ATTENDANCES, body, host)
        who.opened[attendance] = Opening(host, world.today + LINGER)


async def is_referred(world: World, number: int) -> None:
    """By the point, which reaches nobody by that."""
    if (who := world.any(number)) is not None:
        body = a_record(REFERRALS, organisation_id=world.network.point)
        await _recorded(world.manager, who, REFERRALS, body, world.network.point)


async def is_answered(world: World, number: int) -> None:
    if (who := world.any(number)) is not None:
        for referral in who.of(REFERRALS.singular):
            address = f"/v1/persons/{who.id}/referrals/{referral}"
            answer = await corrected(world.manager, address, {"accepted_on": "2020-07-08"})
            assert answer.status_code == 200, answer.text


async def is_let_go(world: World, number: int) -> None:
    """Today, so that they are reached for a while, or long ago."""
    if (who := world.any(number)) is not None:
        last = world.today - A_WHILE * (number % 2)
        for kind in (MEMBERSHIPS, ACCOMPANIMENTS):
            for record in _open(who, kind):
                await _corrected(world, who, kind, record, {"to_on": f"{last}"})
                who.opened[record] = Opening(who.own[record], last + LINGER)


async def is_handed_on(world: World, number: int) -> None:
    """Another organisation takes over, or the same one goes on; not where it has visited them."""
    if (who := world.any(number)) is not None and not who.of(VISITS.singular):
        host = world.network.organisations[number % 3]
        for id_ in who.of(ACCOMPANIMENTS.singular):
            record = (ACCOMPANIMENTS.singular, id_)
            basis = DECISION if who.is_restricted else CONSENT
            over: Body = {"organisation_id": host, "legal_basis": basis, "to_on": None}
            await _corrected(world, who, ACCOMPANIMENTS, record, over)
            who.own[record], who.opened[record] = host, Opening(host, None)


async def is_restricted(world: World, number: int) -> None:
    """From then on they are opened by no consent."""
    if (who := world.any(number)) is not None and not who.is_restricted:
        request = await restricted(world.manager, f"/v1/persons/{who.id}")
        who.keeps(("subject_request", request.rpartition("/")[2]))
        who.is_restricted = True


async def is_placed(world: World, number: int) -> None:
    """In aftercare, and under a measure of education beside it."""
    if (who := world.any(number)) is not None and not any(each.of("aftercare") for each in world.of(who)):
        for kind in (AFTERCARES, EDUCATION_MEASURES):
            await _recorded(world.manager, who, kind, a_record(kind))


async def is_a_mistake(world: World, number: int) -> None:
    """One of the records of what is done with them is voided, and what was open because of it closes at once."""
    if (who := world.any(number)) is not None:
        found = [(kind, id_) for kind in LAST_FIRST for id_ in who.of(kind.singular)]
        for kind, id_ in found[:1]:
            await voided(world, f"/v1/persons/{who.id}/{kind.collection}/{id_}")
            who.loses((kind.singular, id_))


async def time_passes(world: World, _: int) -> None:
    """Everybody signs in again, and the worker tells organisations whom they have ceased to reach."""
    names = [body_of(await client.get("/v1/me"))["subject"] for client in world.officers.everybody]
    world.clock.move(A_WHILE)
    for client, name in zip(world.officers.everybody, names, strict=True):
        client.headers["Authorization"] = (
            f"Bearer {world.issuer.token(name, now=world.clock.now, client_id='test-app')}"
        )
    async with transaction(world.app.state.sessions) as session:
        await reach.tell_of_ended(session, today=world.today)


async def _named(world: World, who: Somebody, kind: Kind, organisation: str) -> None:
    """Name somebody in a record that lets an organisation reach them."""
    body = a_record(kind, organisation_id=organisation)
    if who.is_restricted:
        answer = await world.manager.post(f"/v1/persons/{who.id}/{kind.collection}", json=body)
        refused(answer, 409, "person_restricted")
        body["legal_basis"] = DECISION
    record = await _recorded(world.manager, who, kind, body, organisation)
    who.opened[record] = Opening(organisation, None)


async def _recorded(
    client: httpx.AsyncClient, who: Somebody, kind: Kind, body: Body, organisation: str | None = None
) -> Named:
    await created(client, f"/v1/persons/{who.id}/{kind.collection}", body)
    record = (kind.singular, str(body["id"]))
    who.keeps(record, organisation)
    return record


async def _corrected(world: World, who: Somebody, kind: Kind, record: Named, fields: dict[str, JsonValue]) -> None:
    answer = await corrected(world.manager, f"/v1/persons/{who.id}/{kind.collection}/{record[1]}", fields)
    assert answer.status_code == 200, answer.text


def _open(who: Somebody, kind: Kind) -> list[Named]:
    """Records of a kind that have no end."""
    return sorted(record for record, each in who.opened.items() if record[0] == kind.singular and each.until is None)
