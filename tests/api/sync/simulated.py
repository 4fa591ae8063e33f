"""What offices do while devices are offline: people come, move, are treated, merged, voided."""

from datetime import date, timedelta
from itertools import count
from uuid import uuid4

from tests.api.duplicates.merging import merged, unmerged
from tests.api.sync.simulated_world import COMMUNES, Opening, Somebody, World
from tests.factories.bodies import Body
from tests.factories.moving import answered, asked
from tests.factories.posted import corrected, created, posted_episode, posted_file, posted_person

_days = count(1)


async def comes(world: World, number: int) -> None:
    commune = COMMUNES[number % 2]
    world.people.append(Somebody(await posted_person(world.manager, unit_code=commune), commune))


async def is_filed(world: World, number: int) -> None:
    if (who := world.any(number)) is not None and not who.of("file"):
        who.keeps(("file", (await posted_file(world.manager, who.id))["id"]))


async def is_corrected(world: World, number: int) -> None:
    if (who := world.any(number)) is not None:
        answer = await corrected(world.manager, f"/v1/persons/{who.id}", {"occupation": f"Nghề {number}"})
        assert answer.status_code == 200


async def loses_a_file(world: World, number: int) -> None:
    if (who := world.any(number)) is not None:
        for id_ in who.of("file"):
            await voided(world, f"/v1/persons/{who.id}/files/{id_}")
            who.loses(("file", id_))


async def is_treated(world: World, number: int) -> None:
    """By the clinic; a restricted person because a decision says so."""
    if (who := world.any(number)) is not None and not any(each.of("episode") for each in world.of(who)):
        how = ("facility", "compulsory") if who.is_restricted else ("methadone", "voluntary")
        over: Body = dict(zip(("modality", "legal_basis"), how, strict=True))
        stay = ("episode", (await posted_episode(world.manager, who.id, provider_id=world.clinic, **over))["id"])
        who.keeps(stay, world.clinic)
        who.opened[stay] = Opening(world.clinic, None)


async def changes_provider(world: World, number: int) -> None:
    if (who := world.any(number)) is not None:
        for stay in who.of("episode"):
            address = f"/v1/persons/{who.id}/episodes/{stay}"
            assert (await corrected(world.manager, address, {"provider_id": None})).status_code == 200
            await voided(world, address)
            who.loses(("episode", stay))


async def moves(world: World, number: int) -> None:
    if (who := world.any(number)) is not None:
        there = COMMUNES[1 - COMMUNES.index(who.commune)]
        sender, receiver = (world.officers.by_commune[commune] for commune in (who.commune, there))
        moved_on = date(2021, 1, 1) + timedelta(days=next(_days))
        move = await asked(sender, who.id, to_unit_code=there, moved_on=moved_on.isoformat())
        answer = await answered(receiver, move)
        assert answer.status_code == 200, answer.text
        who.commune = there


async def is_voided(world: World, number: int) -> None:
    if (who := world.any(number)) is not None and not who.records and len(world.of(who)) == 1:
        await voided(world, f"/v1/persons/{who.id}")
        who.is_voided = True


async def is_merged(world: World, number: int) -> None:
    who, into = world.any(number), world.any(number + 1)
    if who is None or into is None or who is into or len(world.of(who)) > 1:
        return
    if not any(who.of(kind) and each.of(kind) for kind in ("episode", "aftercare") for each in world.of(into)):
        await merged(world.manager, world.officers.second, who.id, into.id)
        who.survivor = into


async def is_taken_apart(world: World, number: int) -> None:
    joined = [each for each in world.people if each.survivor is not None]
    if joined:
        who = joined[number % len(joined)]
        await unmerged(world.manager, world.officers.second, who.id)
        who.survivor = None


async def an_officer_loses_the_grant(world: World, number: int) -> None:
    """Until it is given again nothing is told; then the device goes on, or begins anew as it is told."""
    commune = COMMUNES[number % 2]
    former, administrator = world.grants[commune], world.officers.administrator
    revoked = await administrator.post(f"/v1/grants/{former['id']}/revoke")
    assert revoked.status_code == 200, revoked.text
    answer = await world.officers.by_commune[commune].get("/v1/sync/changes")
    assert answer.status_code == 403, answer.text
    world.grants[commune] = former | {"id": str(uuid4())}
    await created(administrator, "/v1/grants", world.grants[commune])


async def voided(world: World, address: str) -> None:
    answer = await world.manager.post(f"{address}/void", json={"reason": "Entered twice."})
    assert answer.status_code == 200, answer.text
