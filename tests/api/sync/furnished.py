"""What communes set up around their people while devices are offline: organisations, workers, sessions, plans."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from uuid import uuid4

from registry.api.kinds.clubs import CLUB_GUIDANCE_VISITS, CLUB_RATINGS, CLUBS
from registry.api.kinds.commune import ACTIVITIES, POPULATIONS
from registry.api.kinds.counselling import SESSIONS
from registry.api.kinds.counselling_points import COUNSELLING_POINTS
from registry.api.kinds.organisations import ORGANISATIONS
from registry.api.kinds.plan_reviews import PLAN_REVIEWS
from registry.api.kinds.plans import PLANS, TARGET_REPORTS, TARGETS
from registry.api.kinds.referrals import SERVICES
from registry.api.kinds.situation import COUNTS
from registry.api.kinds.staffing import APPOINTMENTS, TRAININGS, WORKERS
from registry.api.kinds.volunteer_teams import VOLUNTEER_TEAMS
from registry.api.records.kind import Kind
from registry.api.sync.kinds import KINDS
from registry.domain.sync import SyncKind
from tests.api.push.pushing import changing, push
from tests.api.sync.handsets import Handset
from tests.api.sync.moving import HERE
from tests.api.sync.recorded import arrivals
from tests.api.sync.simulated_world import COMMUNES, Entry, Thing, World
from tests.factories.bodies import Body, a_club, a_fresh, a_point, a_population, a_record, a_team
from tests.factories.planned import approved
from tests.factories.posted import body_of, corrected, created

LISTED = (COUNSELLING_POINTS, CLUBS, VOLUNTEER_TEAMS)
"""Kinds whose records stand in the directory too."""
HELD_BACK = {"organisation_in_use", "worker_appointed", "session_attended", "plan_in_use"}
"""Why something is not voided before what rests on it."""
FOUNDED_ON = "2000-01-01"
"""A day before all years of which clubs are rated."""
_years = count(1950)
_days = count()
"""Days of teams that were dissolved before the one of the network was founded."""


@dataclass(frozen=True)
class New:
    """A record that is about to be sent, and whose own it will be."""

    kind: Kind
    body: Body
    organisation: str | None = None

    @property
    def id(self) -> str:
        return str(self.body["id"])


async def a_commune_is_furnished(world: World, number: int) -> None:
    """Its officer sends one record of every kind, in which organisations of its own are named."""
    commune = COMMUNES[number % 2]
    new = _organisations(commune)
    point, club = new[0].id, new[1].id
    if commune == HERE and number % 4:
        point, club = world.network.point, world.network.club
    new += (*_staff(commune, point), *_of_club(club), *_plan(commune))
    new += [New(kind, a_fresh(kind) | {"unit_code": commune}) for kind in (ACTIVITIES, COUNTS, SERVICES)]
    new.append(New(POPULATIONS, a_population(unit_code=commune, year=next(_years))))
    await _sent(world, world.handset_of(commune), commune, new)


async def the_network_writes(world: World, number: int) -> None:
    """An officer of the club, the point and the team sends what one of them keeps itself."""
    host = world.network.organisations[number % 3]
    _, worker, *others = _staff(HERE, host)
    appointment = a_fresh(APPOINTMENTS) | {"worker_id": worker.id, "organisation_id": host}
    new = [worker, New(APPOINTMENTS, appointment, host), *others[2:]]
    await _sent(world, world.handsets[-1], HERE, new)


async def all_of_it_is_corrected(world: World, _: int) -> None:
    """In one push of the province; what was approved and signed stays."""
    there = [each for each in world.things if each.is_there and not each.is_fixed and each.kind != "organisation"]
    changes = [changing(_kind(each), each.id, dict(_kind(each).correction), base=each.version) for each in there]
    if changes:
        for each, result in zip(there, await push(world.manager, *changes), strict=True):
            assert result["status"] in {"applied", "duplicate"}, (each, result)
            each.version = result["version"]
            for keeper in [one for one in world.things if one.id == each.kept_with]:
                each.commune, each.organisation = keeper.commune, keeper.organisation


async def a_part_of_it_is_a_mistake(world: World, number: int) -> None:
    """It is voided, unless something rests on it."""
    for each in [each for each in reversed(world.things) if each.is_there][number % 3 :: 3]:
        if each.kind != "organisation":
            answer = await world.manager.post(f"{_address(each)}/void", json={"reason": "Entered twice."})
            assert answer.status_code == 200 or body_of(answer)["code"] in HELD_BACK, answer.text
            for one in world.things:
                one.is_there = one.is_there and (one.id != each.id or answer.status_code != 200)


async def something_is_put_elsewhere(world: World, number: int) -> None:
    """Into the other commune, to another organisation; a worker's entry from the office to an organisation or back."""
    host = world.network.organisations[number % 3]
    for each in [each for each in world.things if each.is_there][-20:]:
        there = COMMUNES[1 - COMMUNES.index(each.commune)]
        match each.kind:
            case "activity" | "support_service":
                await _put(world, each, {"unit_code": there}, there, None)
            case "network_worker" if each.organisation is None:
                await _put(world, each, {"unit_code": None, "organisation_id": host}, HERE, host)
            case "network_worker":
                await _put(world, each, {"unit_code": there, "organisation_id": None}, there, None)
            case "appointment":
                await _put(world, each, {"organisation_id": host}, HERE, host)


async def a_plan_is_reviewed(world: World, _: int) -> None:
    """It is approved before, which freezes what it is measured against."""
    for each in [each for each in world.things if each.is_there and each.kind == "plan" and not each.is_fixed][:1]:
        targets = [one for one in world.things if one.is_there and one.kept_in == each.id]
        if targets:
            await approved(world.manager, each.id, "2021-01-20")
            for one in (each, *targets):
                one.is_fixed = True
            body = a_record(PLAN_REVIEWS, plan_id=each.id, measures=[])
            await created(world.manager, "/v1/plan-reviews", body)
            world.things.append(Thing("plan_review", body["id"], each.commune, is_fixed=True))


def _organisations(commune: str) -> list[New]:
    day = f"{date(2015, 1, 1) + timedelta(days=next(_days))}"
    bodies = (
        a_point(unit_code=commune),
        a_club(unit_code=commune, opened_on=FOUNDED_ON),
        a_team(unit_code=commune, opened_on=day, closed_on=day),
    )
    return [New(kind, body, str(body["id"])) for kind, body in zip(LISTED, bodies, strict=True)]


def _staff(commune: str, host: str) -> list[New]:
    """One whom the office keeps, one whom the organisation keeps; what they are there, learn and do."""
    named: Body = {"organisation_id": host}
    office = New(WORKERS, a_fresh(WORKERS) | {"unit_code": commune})
    theirs = New(WORKERS, a_fresh(WORKERS) | named | {"unit_code": None}, host)
    appointment = a_fresh(APPOINTMENTS) | named | {"worker_id": office.id}
    learnt, training = [a_fresh(TRAININGS) | {"worker_id": each.id} for each in (office, theirs)]
    session = a_fresh(SESSIONS) | named | {"speaker_id": None}
    return [
        *(office, theirs, New(APPOINTMENTS, appointment, host), New(TRAININGS, learnt)),
        *(New(TRAININGS, training, host), New(SESSIONS, session, host)),
    ]


def _of_club(club: str) -> list[New]:
    named: Body = {"organisation_id": club}
    return [New(kind, a_fresh(kind) | named, club) for kind in (CLUB_GUIDANCE_VISITS, CLUB_RATINGS)]


def _plan(commune: str) -> list[New]:
    """A draft with a target that is computed, and one of which something is stated."""
    plan = New(PLANS, a_fresh(PLANS) | {"unit_code": commune})
    computed = New(TARGETS, a_fresh(TARGETS) | {"plan_id": plan.id})
    share: Body = {"kind": "share", "value": 90, "stated_measure": "Buổi tuyên truyền"}
    named: Body = {"id": str(uuid4()), "plan_id": plan.id, "title": "Chỉ tiêu", "direction": "floor"}
    stated = New(TARGETS, named | share | {"due_on": "2021-12-31"})
    return [plan, computed, stated, New(TARGET_REPORTS, a_fresh(TARGET_REPORTS) | {"target_id": stated.id})]


async def _sent(world: World, handset: Handset, commune: str, new: Iterable[New]) -> None:
    """Send records, those that rest on others first, and keep in mind where they are."""
    new = list(new)
    for each in reversed(new):
        handset.device.record(each.kind.singular, each.body)
    await handset.device.push()
    for each in new:
        thing = Thing(each.kind.singular, each.id, commune, each.organisation, kept_in=each.body.get("plan_id"))
        worker = each.id if each.kind is WORKERS else each.body.get("worker_id")
        thing.appoints, thing.tells_of = (worker, None) if each.kind is APPOINTMENTS else (None, worker)
        thing.kept_with = worker if each.kind is TRAININGS else None
        listed = (Thing(ORGANISATIONS.singular, each.id, commune),) if each.kind in LISTED else ()
        world.entries.append(Entry(handset, "create", each.kind, each.id, brings=(thing, *listed)))
    await arrivals(world)
    assert [each for each in world.entries[-len(new) :] if not each.has_arrived] == []


async def _put(world: World, thing: Thing, fields: Body, commune: str, organisation: str | None) -> None:
    answer = await corrected(world.manager, _address(thing), fields)
    assert answer.status_code == 200, answer.text
    thing.version, thing.commune, thing.organisation = body_of(answer)["version"], commune, organisation


def _address(thing: Thing) -> str:
    return f"/v1/{_kind(thing).collection}/{thing.id}"


def _kind(thing: Thing) -> Kind:
    return KINDS[SyncKind(thing.kind)]
