"""What officers do on their devices, and what becomes of the devices, in any order with what offices do."""

from copy import deepcopy
from itertools import count

from registry.api.kinds.cases import TESTS
from registry.api.kinds.persons import PERSONS
from registry.api.records.kind import Kind
from tests.api.sync import simulated
from tests.api.sync.handsets import Handset
from tests.api.sync.recorded import Decide, arrivals, give_up, insist, settle, write_over
from tests.api.sync.simulated_world import COMMUNES, Backup, Entry, Somebody, World
from tests.factories.bodies import a_fresh, a_person

_numbers = count(1)


async def somebody_is_met(world: World, number: int) -> None:
    """And tested at once; nobody has a network."""
    commune = COMMUNES[number % 2]
    handset, body = world.handset_of(commune), a_person(unit_code=commune)
    person = handset.device.record(PERSONS.singular, body)
    world.entries.append(Entry(handset, "create", PERSONS, person))
    _test(world, handset, person)


async def somebody_is_tested(world: World, number: int) -> None:
    if (who := world.any(number)) is not None and (handset := _carrier(world, who)) is not None:
        _test(world, handset, who.id)


async def somebody_has_another_number(world: World, number: int) -> None:
    """One that their commune notes, or their province, or both."""
    if (who := world.any(number)) is not None:
        for handset in (world.handset_of(who.commune), world.handsets[2])[number % 3 :][:2]:
            _correct(world, handset, PERSONS, who.id, "phone", _a_number())


async def a_test_is_corrected(world: World, number: int) -> None:
    """By their commune and by their province, of whom one will be too late."""
    tested = [each for each in world.people if each.stands_alone and each.of(TESTS.singular)]
    if tested:
        who = tested[number % len(tested)]
        for handset in (world.handset_of(who.commune), world.handsets[2]):
            test = who.of(TESTS.singular)[0]
            _correct(world, handset, TESTS, test, "tested_by", f"Trạm y tế {next(_numbers)}", of=who.id)


async def a_test_is_a_mistake(world: World, number: int) -> None:
    if (who := world.any(number)) is not None and (handset := _carrier(world, who)) is not None:
        for test in who.of(TESTS.singular)[-1:]:
            if handset.shows(TESTS.singular, test):
                handset.device.void(TESTS.singular, test, "Entered twice.", person_id=who.id)
                world.entries.append(Entry(handset, "void", TESTS, test, of=who.id))


async def somebody_is_corrected_twice(world: World, number: int) -> None:
    """Before the device is told of the first time: its officer disagrees with nobody."""
    if (who := world.any(number)) is not None:
        device = world.handset_of(who.commune).device
        await device.synchronise()
        before = device.refused()
        for _ in range(2):
            _correct(world, world.handset_of(who.commune), PERSONS, who.id, "phone", _a_number())
            await device.push()
        assert device.refused() == before
        await arrivals(world)


async def an_answer_is_lost(world: World, number: int) -> None:
    """That to a push: what was recorded has arrived, and will be sent again."""
    await somebody_is_met(world, number)
    await world.handsets[number % 2].loses_the_line(after=0)
    await arrivals(world)


async def a_push_is_lost(world: World, number: int) -> None:
    await somebody_is_met(world, number)
    await world.handsets[number % 2].loses_the_line(after=0, arrives=False)


async def a_page_is_lost(world: World, number: int) -> None:
    """One of the first, or the answer to a push before it."""
    await world.handsets[number % len(world.handsets)].loses_the_line(after=number % 3)
    await arrivals(world)


async def a_battery_is_bad(world: World, number: int) -> None:
    """It is empty at every point of writing down what there is to push and to pull, until all of it is written."""
    await simulated.comes(world, number)
    await somebody_is_met(world, number)
    for after in range(0, 60, 3):
        await world.handsets[number % 2].loses_power(after=after)
    await arrivals(world)


async def who_is_late_makes_it_again(world: World, number: int) -> None:
    await _settle(world, number, insist)


async def who_is_late_writes_it_over(world: World, number: int) -> None:
    await _settle(world, number, write_over)


async def who_is_late_gives_it_up(world: World, number: int) -> None:
    await _settle(world, number, give_up)


async def a_replica_is_damaged(world: World, number: int) -> None:
    """Which the device finds out, and begins anew."""
    device = world.handsets[number % len(world.handsets)].device
    await device.synchronise()
    await arrivals(world)
    if device.store.execute("DELETE FROM replica WHERE rowid = (SELECT max(rowid) FROM replica)").rowcount:
        assert await device.is_whole() is False
        device.forget()


async def a_backup_is_made(world: World, _: int) -> None:
    models = deepcopy((world.people, world.things, world.grants))
    world.kept = Backup(world.safe.backup(), *models, [each for each in world.entries if each.has_arrived])


async def the_database_is_restored(world: World, _: int) -> None:
    """Every device is told to begin anew, and sends again what it has sent since; some of it waits for another's."""
    if world.kept is None:
        return
    await world.safe.restore(world.kept.file, world.app)
    world.people, world.things, world.grants = deepcopy((world.kept.people, world.kept.things, world.kept.grants))
    for entry in world.entries:
        entry.has_arrived = entry in world.kept.arrived
    for handset in (*world.handsets, *world.handsets):
        await handset.device.synchronise()
    await arrivals(world)


async def _settle(world: World, number: int, decide: Decide) -> None:
    await a_test_is_corrected(world, number)
    for handset in world.handsets[:3]:
        await settle(world, handset, decide)


def _carrier(world: World, who: Somebody) -> Handset | None:
    """The device of somebody's commune, once it shows them."""
    handset = world.handset_of(who.commune)
    return handset if handset.shows(PERSONS.singular, who.id) else None


def _a_number() -> str:
    return f"0900 {next(_numbers):06}"


def _test(world: World, handset: Handset, person: str) -> None:
    test = handset.device.record(TESTS.singular, a_fresh(TESTS), person_id=person)
    world.entries.append(Entry(handset, "create", TESTS, test, of=person))


def _correct(
    world: World, handset: Handset, kind: Kind, id_: str, field: str, value: str, *, of: str | None = None
) -> None:
    if handset.shows(kind.singular, id_):
        handset.device.correct(kind.singular, id_, {field: value}, person_id=of)
        world.entries.append(Entry(handset, "change", kind, id_, of, (field, value)))
