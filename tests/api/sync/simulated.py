"""A small world that goes on while devices are offline: people come, move, are treated, merged, voided."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx
from fastapi import FastAPI

from registry.demo.issuer import DemoIssuer
from tests.api.duplicates.merging import merged, unmerged
from tests.api.sync.moving import HERE, THERE
from tests.api.sync.restoring import Safe
from tests.factories.bodies import Body
from tests.factories.clock import Clock
from tests.factories.devices import Device
from tests.factories.moving import answered, asked
from tests.factories.posted import corrected, created, posted_episode, posted_file, posted_person

COMMUNES = (HERE, THERE)
_days = count(1)

Named = tuple[str, str]
"""Kind and id of a record."""


@dataclass(frozen=True)
class Opening:
    """That an organisation reaches somebody because of a record, and the last day of it."""

    organisation: str
    until: date | None


@dataclass
class Somebody:
    """A person as the model knows them."""

    id: str
    commune: str
    """The one in charge of them by their own responsibility."""
    is_voided: bool = False
    is_restricted: bool = False
    records: set[Named] = field(default_factory=set)
    """What is theirs and not voided."""
    own: dict[Named, str] = field(default_factory=dict)
    """Organisations whose own records these are too."""
    opened: dict[Named, Opening] = field(default_factory=dict)
    """What lets organisations reach them."""
    survivor: "Somebody | None" = None

    def keeps(self, record: Named, organisation: str | None = None) -> None:
        self.records.add(record)
        if organisation is not None:
            self.own[record] = organisation

    def loses(self, record: Named) -> None:
        self.records.discard(record)
        for each in (self.own, self.opened):
            each.pop(record, None)

    def of(self, kind: str) -> list[str]:
        """The ids of their records of a kind."""
        return sorted(id_ for named, id_ in self.records if named == kind)

    def shown_to(self, organisations: Collection[str], today: date) -> set[Named]:
        """What officers of organisations may see of them: each organisation's own records, while it reaches them."""
        reaching = {each.organisation for each in self.opened.values() if each.until is None or each.until >= today}
        if reaching.isdisjoint(organisations):
            return set()
        own = {record for record, keeper in self.own.items() if keeper in reaching.intersection(organisations)}
        return {("person", self.id), *own}

    @property
    def seen_in(self) -> str:
        """The commune whose devices hold them: that of the survivor."""
        return self.commune if self.survivor is None else self.survivor.seen_in

    @property
    def stands_alone(self) -> bool:
        return self.survivor is None and not self.is_voided


@dataclass
class Thing:
    """A record that belongs to nobody, as the model knows it."""

    kind: str
    id: str
    commune: str
    organisation: str | None = None
    """Whose own it is beside the commune's."""
    version: int = 1
    is_there: bool = True
    is_fixed: bool = False
    """Whether it is a part of what was approved or signed."""
    kept_in: str | None = None
    """The plan that it is a target of."""
    kept_with: "Thing | None" = None
    """The worker's entry where it belongs whenever it is written."""
    tells_of: str | None = None
    """The worker of whom it tells."""
    appoints: str | None = None
    """The worker whom it shows to its organisation."""

    def is_held_in(self, communes: Collection[str]) -> bool:
        return self.is_there and self.commune in communes

    def is_held_by(self, organisations: Collection[str], appointed: Collection[str | None]) -> bool:
        """Whether it is an organisation's own, or tells of a worker who was appointed there."""
        return self.is_there and (self.organisation in organisations or self.tells_of in appointed)


@dataclass(frozen=True)
class Network:
    """A club, a point and a team of one commune."""

    club: str
    point: str
    team: str

    @property
    def organisations(self) -> tuple[str, ...]:
        return self.club, self.point, self.team


@dataclass(frozen=True)
class Officers:
    """Who acts in it: two communes, their province, a second one to approve, who gives grants; clinic and network."""

    by_commune: dict[str, httpx.AsyncClient]
    manager: httpx.AsyncClient
    second: httpx.AsyncClient
    administrator: httpx.AsyncClient
    facility: httpx.AsyncClient
    network: httpx.AsyncClient

    @property
    def everybody(self) -> tuple[httpx.AsyncClient, ...]:
        others = (self.manager, self.second, self.administrator, self.facility, self.network)
        return (*self.by_commune.values(), *others)


@dataclass(frozen=True)
class Backup:
    """What the database held, and what the model knew then."""

    file: Path
    people: list[Somebody]
    things: list[Thing]
    grants: dict[str, Body]


@dataclass
class World:
    """Everybody, and the devices that follow them."""

    app: FastAPI
    officers: Officers
    clinic: str
    network: Network
    devices: tuple[Device, ...]
    grants: dict[str, Body]
    """The grants of the two communes' officers, as they are given again."""
    safe: Safe
    clock: Clock
    issuer: DemoIssuer
    kept: Backup | None = None
    """The last backup."""
    people: list[Somebody] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    sent: list[tuple[str, Body]] = field(default_factory=list)
    """Whose it is and what a device has sent since the last backup."""

    @property
    def manager(self) -> httpx.AsyncClient:
        return self.officers.manager

    @property
    def today(self) -> date:
        return self.clock.now.date()

    def any(self, number: int) -> Somebody | None:
        """Somebody who is neither voided nor merged into another."""
        alone = [each for each in self.people if each.stands_alone]
        return alone[number % len(alone)] if alone else None

    def appointed_by(self, organisations: Collection[str]) -> set[str | None]:
        """The workers who were appointed at organisations, and whom no error shows."""
        return {each.appoints for each in self.things if each.is_there and each.organisation in organisations} - {None}

    def of(self, who: Somebody) -> list[Somebody]:
        """Everybody who was merged into somebody, and they themselves."""
        return [each for each in self.people if each is who or each.survivor is who]


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
        basis = "compulsory" if who.is_restricted else "voluntary"
        over: Body = {"provider_id": world.clinic, "modality": "methadone", "legal_basis": basis}
        stay = ("episode", (await posted_episode(world.manager, who.id, **over))["id"])
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
        for each in world.of(who):
            each.commune = there


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
