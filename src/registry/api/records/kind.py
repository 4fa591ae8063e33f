"""What a kind of record is: table, bodies, permissions, words for the manual, and its one rule function."""

from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import create_model
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.actor import Actor
from registry.api.language import Language
from registry.api.pagination import Page
from registry.api.schemas.fields import In
from registry.api.schemas.records import RecordOut, RecordRef, patch_of, written
from registry.db.persons import Owner
from registry.db.records import AnyRow
from registry.db.sealing import Vault
from registry.domain.access import FieldGroup, Permission
from registry.domain.atlas import Atlas
from registry.domain.idempotency import Attempt
from registry.domain.person import Warning as Remark
from registry.domain.policy import Access
from registry.domain.working_days import WorkCalendar
from registry.keys import Keys
from registry.settings import Settings
from registry.vault.ring import KeyRing

B = TypeVar("B", bound=In)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a handler works with: transaction, actor, map, keys, calendar, settings, and what the operation is for.

    `vault` opens and seals; `key_ring` indexes identity numbers; `attempt` tells whether the request was carried
    out before.
    """

    session: AsyncSession
    actor: Actor
    atlas: Atlas
    keys: Keys
    key_ring: KeyRing
    vault: Vault
    language: Language
    settings: Settings
    calendar: WorkCalendar
    access: Access
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Draft(Generic[B]):
    """A record about to be written. `former` is the row that it changes, `person` whom it belongs to."""

    id: UUID
    body: B
    person: Owner | None
    former: AnyRow | None

    @property
    def columns(self) -> dict[str, Any]:
        """What the body sets. The id is no correction's to set."""
        return self.body.model_dump(exclude={"id"})

    @property
    def owner(self) -> Owner:
        """The person of a record that belongs to one."""
        if self.person is None:
            raise LookupError("a record of this kind belongs to no person")
        return self.person


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules made of a draft: the columns to write and what an officer should look at."""

    columns: Mapping[str, Any]
    remarks: tuple[Remark, ...] = ()


Decide = Callable[[Desk, Draft[Any]], Awaitable[Decision]]
"""Raises a `RuleViolation`, or says what to write."""
Follow = Callable[[Desk, AnyRow], Awaitable[None]]
"""Told of a record that was created, changed or voided, to bring what depends on it into step."""


async def stands_alone(_desk: Desk, _row: AnyRow) -> None:
    """Follow a record on which nothing else depends."""


ReviewVoid = Callable[[Desk, Owner | None, AnyRow], Awaitable[None]]
"""Raises a `RuleViolation` where other records rest on the one about to be voided."""


async def voids_freely(desk: Desk, person: Owner | None, row: AnyRow) -> None:
    """Let a record be voided: nothing rests on it."""


@dataclass(frozen=True)
class Kind:
    """A kind of record. One value of this gives it routes, versions, history, audit and feed."""

    table: type[AnyRow]
    collection: str
    singular: str
    words: str
    tag: str
    create: type[In]
    body: type[In]
    out: type[RecordOut]
    read: Permission
    write: Permission
    groups: tuple[FieldGroup, ...]
    decide: Decide
    dated_by: str
    about: str
    examples: Mapping[str, Mapping[str, Any]]
    correction: Mapping[str, Any]
    review_void: ReviewVoid = voids_freely
    void_refusals: tuple[str, ...] = ()
    follow: Follow = stands_alone
    refers_to: tuple[str, ...] = ()
    """Fields of the body that name records which no person owns: of one push those are written first."""
    refers_within: tuple[str, ...] = ()
    """Fields of the body that name other records of the same person."""
    in_emergency: bool = True
    """Whether an emergency access that opens its groups of fields opens it."""
    is_corrected: bool = True
    """Whether a record is ever corrected: what was signed is voided instead, and made anew."""
    is_judged_alone: bool = False
    """Whether the rules ask nothing of the database about a new record, and nothing else follows it."""
    unmergeable: AbstractSet[str] | None = None
    """Fields that never merge by themselves with what others have changed meanwhile; None: none does."""

    @cached_property
    def organisation_field(self) -> str | None:
        """The field of the body that names the organisation to which the record belongs as well, if there is one."""
        column = self.table.organisation_column
        return column if column in self.refers_to else None

    @property
    def never_merged(self) -> AbstractSet[str]:
        """The fields that never merge by themselves: of decisions, stays and findings all, which stand together."""
        return self.body.model_fields.keys() if self.unmergeable is None else self.unmergeable

    @property
    def example_id(self) -> str:
        """The id of the record that the manual's example makes."""
        first: Mapping[str, Any] = next(iter(self.examples.values()))
        return str(first["id"])

    @cached_property
    def page(self) -> type[Page[Any]]:
        """One page of a list of these records."""
        name = f"{self.out.__name__.removesuffix('Out')}Page"
        return create_model(name, __base__=Page[self.out], __doc__=f"One page of records: {self.words}.")  # type: ignore[name-defined]  # a class made at run time

    @cached_property
    def written(self) -> type[RecordOut]:
        """The answer of a write."""
        return written(self.out)

    @property
    def answer(self) -> Any:  # noqa: ANN401 - a union of classes made at run time
        """What a write answers: the record, or its reference where a retry finds it voided or out of reach."""
        return self.written | RecordRef

    @cached_property
    def patch(self) -> type[In]:
        """The body of a change."""
        return patch_of(self.body)

    @property
    def view(self) -> str:
        """The part of an entity tag that names what is shown."""
        return "-".join(self.groups) or "public"
