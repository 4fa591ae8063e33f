"""What officers do on their devices, and what becomes of the devices, in any order with what offices do."""

from copy import deepcopy
from itertools import count

from registry.api.kinds.cases import TESTS
from registry.api.kinds.persons import PERSONS
from registry.api.records.kind import Kind
from tests.api.sync.handsets import Handset
from tests.api.sync.recorded import arrivals, settle
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
            _correct(world, handset, PERSONS, who.id, "phone", f"0900 {next(_numbers):06}")


async def a_test_is_corrected(world: World, number: int) -> None:
    """By their commune and by their province, of whom one will be too late."""
    if (who := world.any(number)) is not None:
        for test in who.of(TESTS.singular)[:1]:
            for handset in (world.handset_of(who.commune), world.handsets[2]):
                _correct(world, handset, TESTS, test, "tested_by", f"Trạm y tế {next(_numbers)}", of=who.id)


async def a_test_is_a_mistake(world: World, number: int) -> None:
    if (who := world.any(number)) is not None and (handset := _carrier(world, who)) is not None:
        for test in who.of(TESTS.singular)[-1:]:
            if handset.shows(TESTS.singular, test):
                handset.device.void(TESTS.singular, test, "Entered twice.", person_id=who.id)
                world.entries.append(Entry(handset, "void", TESTS, test, of=who.id))


async def an_answer_is_lost(world: World, number: int) -> None:
    """That to a push: what was recorded has arrived, and will be sent again."""
    await somebody_is_met(world, number)
    await world.handsets[number % 2].loses_answers(after=0)
    await arrivals(world)


async def a_page_is_lost(world: World, number: int) -> None:
    """One of the first, or the answer to a push before it."""
    await world.handsets[number % len(world.handsets)].loses_answers(after=number % 3)
    await arrivals(world)


async def a_battery_is_empty(world: World, number: int) -> None:
    """At any point of a push or a pull."""
    await world.handsets[number % len(world.handsets)].loses_power(after=number**3)
    await arrivals(world)


async def disagreements_are_settled(world: World, number: int) -> None:
    for handset in world.handsets[:3]:
        await settle(world, handset, number)


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


def _carrier(world: World, who: Somebody) -> Handset | None:
    """The device of somebody's commune, once it shows them."""
    handset = world.handset_of(who.commune)
    return handset if handset.shows(PERSONS.singular, who.id) else None


def _test(world: World, handset: Handset, person: str) -> None:
    test = handset.device.record(TESTS.singular, a_fresh(TESTS), person_id=person)
    world.entries.append(Entry(handset, "create", TESTS, test, of=person))


def _correct(
    world: World, handset: Handset, kind: Kind, id_: str, field: str, value: str, *, of: str | None = None
) -> None:
    if handset.shows(kind.singular, id_):
        handset.device.correct(kind.singular, id_, {field: value}, person_id=of)
        world.entries.append(Entry(handset, "change", kind, id_, of, (field, value)))
