"""Simulated devices: whatever happens in between, a device that has pulled holds what its officer may see, no more."""

from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry.api.app import create_app
from registry.api.kinds.cases import TESTS
from registry.demo.issuer import DemoIssuer
from registry.domain.access import Role
from registry.domain.atlas import Atlas
from registry.settings import Settings
from tests.api.push.pushing import creating, push
from tests.api.sync import furnished, simulated, supported
from tests.api.sync.moving import HERE, THERE
from tests.api.sync.restoring import Safe
from tests.api.sync.simulated import Backup, Network, Officers, Somebody, Thing, World
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_club, a_point, a_team
from tests.factories.clock import Clock
from tests.factories.devices import CHANGES, Device
from tests.factories.posted import body_of, created, pages, posted_organisation, refused

PROVINCE = ("66", TODAY)


async def everybody_pulls(world: World, _: int) -> None:
    """Now every device holds of everybody what it may."""
    for device in world.devices:
        await pull(device)
    for who in world.people:
        holds_what_it_may(world, who)
    for thing in world.things:
        is_held_where_it_belongs(world, thing)


async def a_device_pulls_a_page(world: World, number: int) -> None:
    await page_of(world.devices[number % len(world.devices)])


async def a_device_loses_an_answer(world: World, number: int) -> None:
    device = world.devices[number % len(world.devices)]
    await device.client.get(CHANGES, params={} if device.cursor is None else {"cursor": device.cursor})


async def a_device_crashes(world: World, number: int) -> None:
    """What it has pulled since it last wrote its state down is gone."""
    device = world.devices[number % len(world.devices)]
    held, cursor = dict(device.held), device.cursor
    await page_of(device)
    device.held, device.cursor = held, cursor


async def a_device_sends_twice(world: World, number: int) -> None:
    """The answer to what was recorded offline is lost, and it is sent again."""
    if (who := world.any(number)) is not None:
        officer = world.officers.by_commune[who.commune]
        operation = creating(TESTS, of=who.id)
        (first,), (second,) = await push(officer, operation), await push(officer, operation)
        assert (first["status"], second["status"]) == ("applied", "duplicate")
        who.keeps(("drug_test", operation["id"]))
        world.sent.append((who.id, operation))


async def a_backup_is_made(world: World, _: int) -> None:
    world.kept = Backup(world.safe.backup(), *deepcopy((world.people, world.things, world.grants)))
    world.sent.clear()


async def the_database_is_restored(world: World, _: int) -> None:
    """Every device is told to begin anew, and sends again what it has sent since the backup."""
    if world.kept is None:
        return
    await world.safe.restore(world.kept.file, world.app)
    world.people, world.things, world.grants = deepcopy((world.kept.people, world.kept.things, world.kept.grants))
    for device in world.devices:
        answer = await device.client.get(CHANGES, params={"cursor": device.cursor or ""})
        assert refused(answer, 410, "resync_required")["reason"] == "restored"
    there = {each.id: each for each in world.people if each.stands_alone}
    for whose, operation in world.sent:
        if (who := there.get(whose)) is not None:
            (result,) = await push(world.officers.by_commune[who.commune], operation)
            assert result["status"] == "applied", result
            who.keeps((operation["kind"], operation["id"]))


Step = Callable[[World, int], Awaitable[None]]
STEPS: tuple[Step, ...] = (
    *(simulated.comes, simulated.comes, simulated.is_filed, simulated.is_corrected, simulated.loses_a_file),
    *(simulated.is_treated, simulated.changes_provider, simulated.moves, simulated.moves, simulated.is_voided),
    *(simulated.is_merged, simulated.is_merged, simulated.is_taken_apart, simulated.an_officer_loses_the_grant),
    *(supported.joins_the_club, supported.is_accompanied, supported.is_visited, supported.attends_a_session),
    *(supported.is_referred, supported.is_answered, supported.is_let_go, supported.is_handed_on),
    *(supported.is_restricted, supported.is_placed, supported.is_a_mistake, supported.time_passes),
    *(furnished.a_commune_is_furnished, furnished.the_network_writes, furnished.all_of_it_is_corrected),
    *(furnished.something_is_put_elsewhere, furnished.a_plan_is_reviewed, furnished.a_part_of_it_is_a_mistake),
    *(everybody_pulls, everybody_pulls, a_device_pulls_a_page, a_device_loses_an_answer, a_device_crashes),
    *(a_backup_is_made, a_device_sends_twice, the_database_is_restored),
)


async def page_of(device: Device) -> dict[str, Any]:
    """Pull a page, from the beginning where the device is told to begin anew."""
    if device.cursor is not None:
        answer = await device.client.get(CHANGES, params={"cursor": device.cursor, "limit": 1})
        if answer.status_code == 410:
            device.held, device.cursor = {}, None
    return await device.page()


async def pull(device: Device) -> None:
    while (await page_of(device))["more"]:
        pass


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
    here, there, province, treating, network = world.devices
    whole = set() if who.is_voided else {("person", who.id), *who.records}
    for device, sees in ((here, who.seen_in == HERE), (there, who.seen_in == THERE), (province, True)):
        held = {name for name in device.of_person(who.id) if name[0] != "residence"}
        assert held == (whole if sees else set()), (who, held)
        assert sees or not device.of_person(who.id)
    for device, organisations in ((treating, (world.clinic,)), (network, world.network.organisations)):
        assert set(device.of_person(who.id)) == who.shown_to(organisations, world.today)


def is_held_where_it_belongs(world: World, thing: Thing) -> None:
    """Compare who holds what belongs to nobody with what the model says."""
    holding = [(thing.kind, None, thing.id) in device.held for device in world.devices]
    communes = [thing.is_held_in(each) for each in ((HERE,), (THERE,), (HERE, THERE))]
    scopes = (world.clinic,), world.network.organisations
    organisations = [thing.is_held_by(each, world.appointed_by(each)) for each in scopes]
    assert holding == [*communes, *organisations], thing


async def agrees_with_the_service(device: Device) -> None:
    """Compare digests, everything with a first copy, and the people with what their own route shows."""
    told = await device.compared()
    assert told["up_to_date"]
    kinds = {kind["kind"]: (kind["count"], kind["sha256"]) for kind in told["kinds"] if kind["count"]}
    assert kinds == device.digest()
    new = Device(device.client)
    await new.pull()
    assert new.held == device.held
    for (kind, _, id_), record in device.held.items():
        if kind == "person":
            assert record == body_of(await device.client.get(f"/v1/persons/{id_}"))


ONCE = [(step, number) for number, each in enumerate(dict.fromkeys(STEPS)) for step in (each, everybody_pulls)]
"""Every step, and what the devices are told of it."""


@example(steps=ONCE)
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
    steps: list[tuple[Step, int]],
) -> None:
    here, there = officers.by_commune[HERE], officers.by_commune[THERE]
    devices = tuple(
        Device(client, limit=20) for client in (here, there, officers.manager, officers.facility, officers.network)
    )
    world = World(app, officers, clinic, network, devices, await granted(officers), safe, clock, issuer)
    for number in range(2):
        await simulated.comes(world, number)
        await simulated.is_filed(world, number)
    await everybody_pulls(world, 0)

    for step, number in steps:
        await step(world, number)
    await everybody_pulls(world, 0)

    for device in devices:
        await agrees_with_the_service(device)
