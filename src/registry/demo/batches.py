"""What is posted of the demo province, by whom and in which order."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from uuid import UUID

from registry.api.schemas.medical import HivClientCountIn
from registry.api.schemas.records import NewRecord
from registry.domain.access import Role
from registry.domain.atlas import Atlas
from registry.domain.sync import SyncKind
from registry.domain.unit import UnitVersion


@dataclass(frozen=True, slots=True)
class Posting:
    """One record: its kind, its body, and whom it belongs to if to anybody.

    `corrects` is the version that the body takes the place of; None of a record that is new.
    """

    kind: SyncKind
    body: NewRecord
    person_id: UUID | None = None
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What the officer of one unit posts, in this order."""

    unit_code: str
    postings: tuple[Posting, ...]

    @classmethod
    def of_unit(cls, atlas: Atlas, unit: UnitVersion, postings: Iterable[Posting]) -> "Batch":
        """Hand postings to the officer of the unit that a former one is counted in today."""
        today = date.max
        return cls(atlas.at(atlas.current(unit.unit_id, today), today).code, tuple(postings))

    @property
    def is_of_person(self) -> bool:
        return self.postings[0].kind is SyncKind.PERSON

    @property
    def role(self) -> Role:
        """Who posts it: communes' officers, and for what is the province's own, its manager."""
        return Role.PROVINCE_MANAGER if len(self.unit_code) == _PROVINCE_DIGITS else Role.COMMUNE_OFFICER


_PROVINCE_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Province:
    """All that is posted, stage after stage, the batches of a stage in any order.

    The province's organisations come first, then what it plans and what communes set up, then people and everything
    else, and last what is said of all of it.
    """

    organisations: Batch
    batches: tuple[Batch, ...]
    foundations: tuple[Batch, ...] = ()
    closing: tuple[Batch, ...] = ()
    hiv_client_counts: tuple[HivClientCountIn, ...] = ()
    """What health officers of the province post one by one, after everything else: it does not travel."""

    @property
    def stages(self) -> tuple[tuple[Batch, ...], ...]:
        """The stages in their order."""
        return (self.organisations,), self.foundations, self.batches, self.closing

    @property
    def size(self) -> int:
        """The number of records, each correction counted as one."""
        return sum(len(batch.postings) for batch in chain(*self.stages)) + len(self.hiv_client_counts)

    def with_people(self, count: int) -> "Province":
        """The same with fewer people, the one of the manual's examples among them."""
        others = [batch for batch in self.batches if not batch.is_of_person]
        people = [batch for batch in self.batches if batch.is_of_person]
        return replace(self, batches=(*people[:count], *others))
