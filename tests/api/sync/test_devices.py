"""Simulated devices: whatever happens in between, a device that has pulled holds what its officer may see, no more."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.db.engine import transaction
from registry.domain.access import Role
from tests.api.sync.moving import HERE, THERE, moved
from tests.conftest import SignIn
from tests.factories.devices import CHANGES, Device
from tests.factories.posted import body_of, corrected, posted_episode, posted_file, posted_organisation, posted_person

COMMUNES = (HERE, THERE)
NEW_EPOCH = "UPDATE service_state SET value = jsonb_build_object('id', gen_random_uuid()) WHERE key = 'feed_epoch'"


@dataclass
class Somebody:
    """A person as the model knows them."""

    id: str
    commune: str
    is_voided: bool = False
    records: set[tuple[str, str]] = field(default_factory=set)
    """Kinds and ids of what is theirs and not voided."""
    treated: str | None = None
    """The stay with the clinic, while there is one."""


@dataclass
class World:
    """Everybody, and the devices that follow them."""

    app: FastAPI
    manager: httpx.AsyncClient
    clinic: str
    devices: tuple[Device, ...]
    people: list[Somebody] = field(default_factory=list)

    def any(self, number: int) -> Somebody | None:
        living = [each for each in self.people if not each.is_voided]
        return living[number % len(living)] if living else None


async def comes(world: World, number: int) -> None:
    commune = COMMUNES[number % 2]
    world.people.append(Somebody(await posted_person(world.manager, unit_code=commune), commune))


async def is_filed(world: World, number: int) -> None:
    if (who := world.any(number)) is not None and not any(kind == "file" for kind, _ in who.records):
        who.records.add(("file", (await posted_file(world.manager, who.id))["id"]))


async def is_corrected(world: World, number: int) -> None:
    if (who := world.any(number)) is not None:
        answer = await corrected(world.manager, f"/v1/persons/{who.id}", {"occupation": f"Nghề {number}"})
        assert answer.status_code == 200


async def loses_a_file(world: World, number: int) -> None:
    if (who := world.any(number)) is not None:
        for kind, id_ in [each for each in who.records if each[0] == "file"]:
            address = f"/v1/persons/{who.id}/files/{id_}/void"
            assert (await world.manager.post(address, json={"reason": "Entered twice."})).status_code == 200
            who.records.discard((kind, id_))


async def is_treated(world: World, number: int) -> None:
    if (who := world.any(number)) is not None and who.treated is None:
        stay = await posted_episode(world.manager, who.id, provider_id=world.clinic, modality="methadone")
        who.treated = stay["id"]
        who.records.add(("episode", stay["id"]))


async def changes_provider(world: World, number: int) -> None:
    if (who := world.any(number)) is not None and who.treated is not None:
        address = f"/v1/persons/{who.id}/episodes/{who.treated}"
        assert (await corrected(world.manager, address, {"provider_id": None})).status_code == 200
        voided = await world.manager.post(f"{address}/void", json={"reason": "Entered twice."})
        assert voided.status_code == 200
        who.records.discard(("episode", who.treated))
        who.treated = None


async def moves(world: World, number: int) -> None:
    if (who := world.any(number)) is not None:
        there = COMMUNES[1 - COMMUNES.index(who.commune)]
        await moved(world.app, who.id, who.commune, there)
        who.commune = there


async def is_voided(world: World, number: int) -> None:
    if (who := world.any(number)) is not None and not who.records:
        voided = await world.manager.post(f"/v1/persons/{who.id}/void", json={"reason": "Entered twice."})
        assert voided.status_code == 200
        who.is_voided = True


async def everybody_pulls(world: World, _: int) -> None:
    for device in world.devices:
        await pull(device)


async def a_device_pulls_a_page(world: World, number: int) -> None:
    await page_of(world.devices[number % len(world.devices)])


async def a_device_loses_an_answer(world: World, number: int) -> None:
    device = world.devices[number % len(world.devices)]
    await device.client.get(CHANGES, params={} if device.cursor is None else {"cursor": device.cursor})


async def the_database_is_restored(world: World, _: int) -> None:
    async with transaction(world.app.state.sessions) as session:
        await (await session.connection()).exec_driver_sql(NEW_EPOCH)


Step = Callable[[World, int], Awaitable[None]]
STEPS: tuple[Step, ...] = (
    *(comes, comes, is_filed, is_corrected, loses_a_file, is_treated, changes_provider, moves, moves, is_voided),
    *(everybody_pulls, everybody_pulls, a_device_pulls_a_page, a_device_loses_an_answer, the_database_is_restored),
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
async def clinic(manager: httpx.AsyncClient) -> str:
    return await posted_organisation(manager)


@pytest.fixture(scope="module")
async def facility(sign_in: SignIn, clinic: str) -> httpx.AsyncClient:
    return await sign_in(Role.FACILITY_OFFICER, organisation=UUID(clinic))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), min_size=5, max_size=25))
async def test_every_replica_is_what_its_caller_may_see(
    app: FastAPI,
    manager: httpx.AsyncClient,
    officer: httpx.AsyncClient,
    neighbour: httpx.AsyncClient,
    facility: httpx.AsyncClient,
    clinic: str,
    steps: list[tuple[Step, int]],
) -> None:
    devices = tuple(Device(client, limit=20) for client in (officer, neighbour, manager, facility))
    world = World(app, manager, clinic, devices)
    for number in range(2):
        await comes(world, number)
        await is_filed(world, number)
    await everybody_pulls(world, 0)

    for step, number in steps:
        await step(world, number)
    await everybody_pulls(world, 0)

    here, there, province, treating = devices
    for who in world.people:
        whole = set() if who.is_voided else {("person", who.id), *who.records}
        for device, sees in ((here, who.commune == HERE), (there, who.commune == THERE), (province, True)):
            held = {name for name in device.of_person(who.id) if name[0] != "residence"}
            assert held == (whole if sees else set()), (who, held)
            assert sees or not device.of_person(who.id)
        patient = {("person", who.id), ("episode", who.treated)} if who.treated else set()
        assert set(treating.of_person(who.id)) == patient
    for device in devices:
        told = await device.compared()
        assert told["up_to_date"]
        assert {
            kind["kind"]: (kind["count"], kind["sha256"]) for kind in told["kinds"] if kind["count"]
        } == device.digest()
        for (kind, _, id_), record in device.held.items():
            if kind == "person":
                assert record == body_of(await device.client.get(f"/v1/persons/{id_}"))
