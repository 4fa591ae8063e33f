"""A small world as a model knows it: people, what belongs to nobody, who acts, and the devices that follow them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx
from fastapi import FastAPI

from registry.api.records.kind import Kind
from registry.demo.issuer import DemoIssuer
from tests.api.sync.handsets import Handset
from tests.api.sync.moving import HERE, THERE
from tests.api.sync.restoring import Safe
from tests.factories.bodies import Body
from tests.factories.clock import Clock

COMMUNES = (HERE, THERE)

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
    kept_with: str | None = None
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
    arrived: list["Entry"]


@dataclass(eq=False)
class Entry:
    """What an officer has recorded on a device, and whether the registry has it."""

    by: Handset
    op: str
    kind: Kind
    id: str
    of: str | None = None
    """Whose record it is, where it is somebody's."""
    says: tuple[str, str] | None = None
    """A field that it corrects, and what nothing else says of it."""
    brings: tuple[Thing, ...] = ()
    """What comes into the world with it, where it is nobody's."""
    has_arrived: bool = False

    @property
    def address(self) -> str:
        owner = "" if self.of is None else f"/persons/{self.of}"
        return f"/v1{owner}/{self.kind.collection}/{self.id}"


@dataclass
class World:
    """Everybody, and the devices that follow them."""

    app: FastAPI
    officers: Officers
    clinic: str
    network: Network
    handsets: tuple[Handset, ...]
    """Of both communes, of their province, of the clinic and of the network."""
    grants: dict[str, Body]
    """The grants of the two communes' officers, as they are given again."""
    safe: Safe
    clock: Clock
    issuer: DemoIssuer
    kept: Backup | None = None
    """The last backup."""
    people: list[Somebody] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)
    """Who was in the registry before anybody of the model."""
    entries: list[Entry] = field(default_factory=list)
    """What was recorded on devices, in that order."""

    @property
    def manager(self) -> httpx.AsyncClient:
        return self.officers.manager

    @property
    def today(self) -> date:
        return self.clock.now.date()

    def handset_of(self, commune: str) -> Handset:
        return self.handsets[COMMUNES.index(commune)]

    def named(self, person_id: str) -> Somebody | None:
        return next((each for each in self.people if each.id == person_id), None)

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
