"""What was recorded on devices: whether the registry has it, exactly once, and who knows of it where it has not."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise

from examples.offline_client import Device
from registry.api.kinds.persons import PERSONS
from tests.api.sync.handsets import Handset
from tests.api.sync.simulated_world import Entry, Somebody, World
from tests.factories.bodies import Body
from tests.factories.posted import body_of

Decide = Callable[[Device, str, Body | None], Awaitable[bool]]
"""What an officer does about a refused change, of which the registry may keep a conflict; whether it is made again."""


async def arrivals(world: World) -> None:
    """Tell the model what the registry has got of what was recorded."""
    for entry in world.entries:
        if not entry.has_arrived and await _is_there(world, entry):
            entry.has_arrived = True
            _take_effect(world, entry)


async def is_all_accounted_for(world: World) -> None:
    """What was recorded is in the registry, once; or out of the officer's reach, and the device has it still."""
    for entry in world.entries:
        if not entry.has_arrived:
            assert _is_out_of_reach(world, entry), entry
            assert any(_is_of(entry, operation) for operation in entry.by.keeps()), entry
        elif entry.says is not None:
            assert await _times_said(world, entry) == 1, entry


async def settle(world: World, handset: Handset, decide: Decide) -> None:
    """Let an officer look at what was refused. What is not there any more, or was no change, is given up."""
    device = handset.device
    await device.synchronise()
    conflicts = {each["ref"]: each for each in await device.conflicts()}
    for refused in device.refused():
        (entry,) = [each for each in world.entries if each.by is handset and _is_of(each, refused["mine"])]
        is_change = entry.op == "change" and refused["theirs"] is not None
        is_made_again = is_change and await decide(device, refused["ref"], conflicts.get(refused["ref"]))
        if not is_change:
            device.give_up(refused["ref"])
        if not is_made_again:
            world.entries.remove(entry)
    await device.synchronise()
    await arrivals(world)


async def insist(device: Device, ref: str, _: Body | None) -> bool:
    device.insist(ref)
    return True


async def write_over(device: Device, ref: str, conflict: Body | None) -> bool:
    """Through the registry, which keeps what is disputed of a person."""
    if conflict is None:
        return await insist(device, ref, conflict)
    fields = [each["name"] for each in conflict["fields"]]
    await device.settle(conflict, *fields)
    address = f"/v1/sync/conflicts/{conflict['id']}"
    settled = body_of(await device.http.get(address))
    assert (settled["status"], settled["applied_fields"]) == ("applied", fields)
    return False


async def give_up(device: Device, ref: str, conflict: Body | None) -> bool:
    if conflict is None:
        device.give_up(ref)
    else:
        await device.settle(conflict)
    return False


async def _is_there(world: World, entry: Entry) -> bool:
    if entry.says is not None:
        return await _times_said(world, entry) > 0
    answer = await world.manager.get(entry.address)
    return answer.status_code == 200 and (entry.op == "create" or body_of(answer)["state"] == "voided")


async def _times_said(world: World, entry: Entry) -> int:
    """How many times a record came to say what an officer has corrected."""
    field, value = entry.says or ("", "")
    answer = await world.manager.get(entry.address)
    if answer.status_code == 404:
        return 0
    former = body_of(await world.manager.get(f"{entry.address}/versions"))["items"]
    said = [None, *(each["state"].get(field) for each in former), body_of(answer)[field]]
    return sum(before != now == value for before, now in pairwise(said))


def _take_effect(world: World, entry: Entry) -> None:
    if entry.kind is PERSONS and entry.op == "create":
        world.people.append(Somebody(entry.id, entry.by.communes[0]))
    elif entry.of is None:
        world.things.extend(replace(each) for each in entry.brings)
    elif (who := world.named(entry.of)) is not None and entry.op != "change":
        (who.keeps if entry.op == "create" else who.loses)((entry.kind.singular, entry.id))


def _is_out_of_reach(world: World, entry: Entry) -> bool:
    """Whether whom it is about, or what it would change, is gone for whoever has recorded it."""
    if entry.op == "create" and entry.of is None:
        return False
    who = world.named(entry.of or entry.id)
    if who is None or who.is_voided or who.seen_in not in entry.by.communes:
        return True
    return entry.op != "create" and entry.of is not None and (entry.kind.singular, entry.id) not in who.records


def _is_of(entry: Entry, operation: Body) -> bool:
    says = entry.says is None or operation["body"].get(entry.says[0]) == entry.says[1]
    return (entry.op, entry.id) == (operation["op"], operation["id"]) and says
