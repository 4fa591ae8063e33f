"""Simulated devices: whatever happens in between, a device that has pulled holds what its officer may see, no more."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry.api.app import create_app
from registry.demo.issuer import DemoIssuer
from registry.domain.access import Role
from registry.domain.atlas import Atlas
from registry.settings import Settings
from tests.api.sync import furnished, offline, simulated, supported
from tests.api.sync.handsets import Handset
from tests.api.sync.moving import HERE, THERE
from tests.api.sync.recorded import arrivals, is_all_accounted_for
from tests.api.sync.restoring import Safe
from tests.api.sync.simulated_world import Network, Officers, Somebody, Thing, World
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_club, a_point, a_team
from tests.factories.clock import Clock
from tests.factories.posted import body_of, created, pages, posted_organisation

PROVINCE = ("66", TODAY)


async def everybody_pulls(world: World, _: int) -> None:
    """Now every device has sent what waits, and holds of everybody what it may."""
    for handset in world.handsets:
        await handset.device.push()
    for handset in world.handsets:
        await handset.device.pull()
    await arrivals(world)
    for who in world.people:
        holds_what_it_may(world, who)
    for thing in world.things:
        is_held_where_it_belongs(world, thing)
    assert people_of(world.handsets[2]) - world.strangers <= {who.id for who in world.people}


Step = Callable[[World, int], Awaitable[None]]
STEPS: tuple[Step, ...] = (
    *(offline.a_backup_is_made, offline.somebody_is_met, offline.somebody_is_tested, offline.a_test_is_a_mistake),
    *(simulated.comes, simulated.comes, simulated.is_filed, simulated.is_corrected, simulated.loses_a_file),
    *(simulated.is_treated, simulated.changes_provider, simulated.moves, simulated.moves, simulated.is_voided),
    *(simulated.is_merged, simulated.is_merged, simulated.is_taken_apart, simulated.an_officer_loses_the_grant),
    *(supported.joins_the_club, supported.is_accompanied, supported.is_visited, supported.attends_a_session),
    *(supported.is_referred, supported.is_answered, supported.is_let_go, supported.is_handed_on),
    *(supported.is_restricted, supported.is_placed, supported.is_a_mistake, supported.time_passes),
    *(furnished.a_commune_is_furnished, furnished.the_network_writes, furnished.all_of_it_is_corrected),
    *(furnished.something_is_put_elsewhere, furnished.a_plan_is_reviewed, furnished.a_part_of_it_is_a_mistake),
    *(everybody_pulls, everybody_pulls, offline.somebody_has_another_number, offline.somebody_is_corrected_twice),
    *(offline.an_answer_is_lost, offline.a_push_is_lost, offline.a_page_is_lost, offline.a_battery_is_bad),
    *(offline.a_test_is_corrected, offline.who_is_late_makes_it_again, offline.who_is_late_writes_it_over),
    *(offline.who_is_late_gives_it_up, offline.a_replica_is_damaged, offline.the_database_is_restored),
)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
async def app(database_url: str, settings: Settings, clock: Clock, atlas: Atlas) -> AsyncIterator[FastAPI]:
    """The application, whose clock goes on and whose organisations do not reach people for long."""
    short = settings.model_copy(update={"reach_days": supported.LINGER.days})
    application = create_app(short, database_url=database_url, clock=clock, atlas=atlas)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture(scope="module")
async def network(manager: httpx.AsyncClient) -> Network:
    bodies = {
        "clubs": a_club(opened_on=furnished.FOUNDED_ON),
        "counselling-points": a_point(),
        "volunteer-teams": a_team(opened_on="2020-01-01", closed_on=None),
    }
    return Network(*[(await created(manager, f"/v1/{where}", body))["id"] for where, body in bodies.items()])


@pytest.fixture(scope="module")
async def clinic(manager: httpx.AsyncClient) -> str:
    return await posted_organisation(manager)


@pytest.fixture(scope="module")
async def officers(sign_in: SignIn, clinic: str, network: Network) -> Officers:
    by_commune = {
        commune: await sign_in(Role.COMMUNE_OFFICER, unit=(commune, TODAY), subject=subject_of(commune))
        for commune in (HERE, THERE)
    }
    manager, second = [await sign_in(Role.PROVINCE_MANAGER, unit=PROVINCE) for _ in range(2)]
    administrator = await sign_in(Role.ADMINISTRATOR, unit=PROVINCE)
    facility = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(clinic))
    networking = [
        await sign_in(Role.NETWORK_OFFICER, organisation=UUID(each), subject="officer-of-the-network")
        for each in network.organisations
    ]
    return Officers(by_commune, manager, second, administrator, facility, networking[0])


async def granted(officers: Officers) -> dict[str, Body]:
    """The grants that the two communes' officers hold now."""
    held: dict[str, Body] = {}
    for commune in officers.by_commune:
        given = await pages(officers.administrator, f"/v1/grants?subject={subject_of(commune)}")
        (held[commune],) = [
            {"id": grant["id"], "subject": grant["subject"], "role": grant["role"], "unit_code": commune}
            for grant in given
            if grant["revoked_at"] is None
        ]
    return held


def subject_of(commune: str) -> str:
    return f"officer-of-{commune}"


def holds_what_it_may(world: World, who: Somebody) -> None:
    """Compare what each device holds of a person with what the model says."""
    here, there, province, treating, network = world.handsets
    whole = set() if who.is_voided else {("person", who.id), *who.records}
    for handset, sees in ((here, who.seen_in == HERE), (there, who.seen_in == THERE), (province, True)):
        held = {name for name in handset.of_person(who.id) if name[0] != "residence"}
        assert held == (whole if sees else set()), (who, held)
        assert sees or not handset.of_person(who.id)
    for handset, organisations in ((treating, (world.clinic,)), (network, world.network.organisations)):
        assert handset.of_person(who.id) == who.shown_to(organisations, world.today)


def is_held_where_it_belongs(world: World, thing: Thing) -> None:
    """Compare who holds what belongs to nobody with what the model says."""
    holding = [handset.holds(thing.kind, thing.id) for handset in world.handsets]
    communes = [thing.is_held_in(each) for each in ((HERE,), (THERE,), (HERE, THERE))]
    scopes = (world.clinic,), world.network.organisations
    organisations = [thing.is_held_by(each, world.appointed_by(each)) for each in scopes]
    assert holding == [*communes, *organisations], thing


def people_of(handset: Handset) -> set[str]:
    return {id_ for kind, _, id_ in handset.held() if kind == "person"}


async def agrees_with_the_service(handset: Handset) -> None:
    """Compare digests, everything with a first copy, and the people with what their own route shows."""
    assert await handset.device.is_whole()
    new = handset.new()
    await new.device.pull()
    assert new.held() == handset.held()
    for (kind, _, id_), (_, record) in handset.held().items():
        if kind == "person":
            assert record == body_of(await handset.device.http.get(f"/v1/persons/{id_}"))


ONCE = [(step, number) for number, each in enumerate(dict.fromkeys(STEPS)) for step in (each, everybody_pulls)]
"""Every step, and what the devices are told of it."""

BACK_AGAIN: list[tuple[Step, int]] = [
    *((simulated.comes, 0), (simulated.is_merged, 2), (simulated.moves, 0)),
    *((everybody_pulls, 0), (simulated.is_taken_apart, 0)),
]
"""The survivor of a merge moves away, and the merge is undone."""


@example(steps=ONCE)
@example(steps=BACK_AGAIN)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), min_size=5, max_size=20))
async def test_every_replica_is_what_its_caller_may_see(
    app: FastAPI,
    officers: Officers,
    clinic: str,
    network: Network,
    safe: Safe,
    clock: Clock,
    issuer: DemoIssuer,
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[Step, int]],
) -> None:
    clients = (officers.by_commune[HERE], officers.by_commune[THERE], officers.manager, officers.facility)
    of_communes = ((HERE,), (THERE,), (HERE, THERE), (), ())
    handsets = tuple(
        Handset(app, client, tmp_path_factory.mktemp("device") / "store", communes)
        for client, communes in zip((*clients, officers.network), of_communes, strict=True)
    )
    world = World(app, officers, clinic, network, handsets, await granted(officers), safe, clock, issuer)
    await handsets[2].device.pull()
    world.strangers = people_of(handsets[2])
    for number in range(2):
        await simulated.comes(world, number)
        await simulated.is_filed(world, number)
    await everybody_pulls(world, 0)

    for step, number in steps:
        await step(world, number)
    await offline.who_is_late_makes_it_again(world, 0)
    await everybody_pulls(world, 0)

    await is_all_accounted_for(world)
    for handset in handsets:
        await agrees_with_the_service(handset)
