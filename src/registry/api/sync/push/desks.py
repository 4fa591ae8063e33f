"""The desks of a push: each kind of record is written under the grants that its own route would have asked for."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from registry.api.actor import Actor, grants_for
from registry.api.deps import acting_under
from registry.api.records.kind import Desk, Kind
from registry.api.sync.push.reading import Operation
from registry.db import context, persons
from registry.db.context import DatabaseRole
from registry.db.persons import Owner
from registry.domain.access import OrganisationScope, Scope, UnitScope
from registry.domain.errors import Forbidden
from registry.domain.idempotency import Attempt
from registry.domain.policy import Access


@dataclass
class Desks:
    """Lays out a desk for each kind within one transaction, and acts there under the scope of one at a time.

    `held` is the caller with all grants, `chosen` the grant that the request names.
    """

    desk: Desk
    held: Actor
    chosen: UUID | None
    _laid_out: dict[str, Desk] = field(default_factory=dict)
    _people: dict[Scope, dict[UUID | None, Owner]] = field(default_factory=dict)
    _entered: tuple[Scope, DatabaseRole | None] | None = None

    def of(self, kind: Kind) -> Desk:
        """The desk for a kind. Raises `Forbidden` where no grant gives its operation.

        The answer shows nobody, so that nobody is counted as seen. A push that is sent again judges each operation
        anew, whatever its key: one whose parent has come since is applied now.
        """
        if kind.singular not in self._laid_out:
            access = access_to(kind)
            held, desk = self.held, self.desk
            giving = grants_for(access, held.caller, held.grants, chosen=self.chosen, purpose=held.purpose)
            actor = acting_under(giving, held, access, atlas=desk.atlas, settings=desk.settings)
            actor = replace(actor, most_persons=None)
            self._laid_out[kind.singular] = replace(desk, actor=actor, access=access, attempt=Attempt())
        return self._laid_out[kind.singular]

    def asker(self, kind: Kind) -> Actor:
        """Who asked to write a kind, for the trace of a denial."""
        try:
            return self.of(kind).actor
        except Forbidden:
            return replace(self.held, asked=access_to(kind))

    async def sit_down(self, desk: Desk) -> None:
        """Open what a desk reaches, and nothing else, for what follows in the transaction."""
        place = (desk.actor.scope, context.ROLES.get(desk.access.permission))
        if place != self._entered:
            await context.enter(desk.session, place[0], today=desk.actor.today, role=place[1])
            self._entered = place

    def stand_up(self) -> None:
        """Forget where the transaction acts: what was entered has been rolled back."""
        self._entered = None

    async def hold(self, operations: Iterable[Operation]) -> None:
        """Lock the people whose records will be written, in the order of their ids."""
        by_scope: dict[Scope, tuple[Desk, set[UUID]]] = {}
        for operation in operations:
            if operation.owner is None:
                continue
            try:
                desk = self.of(operation.kind)
            except Forbidden:
                continue
            by_scope.setdefault(desk.actor.scope, (desk, set()))[1].add(operation.owner)
        if len(by_scope) > 1:
            await self._lock_across({scope: people for scope, (_, people) in by_scope.items()})
        for desk, people in by_scope.values():
            await self.sit_down(desk)
            scope, today = desk.actor.scope, desk.actor.today
            held = await persons.hold(desk.session, people, scope=scope, today=today)
            self._people.setdefault(scope, {}).update((person.id, person) for person in held)

    async def _lock_across(self, wanted: Mapping[Scope, Collection[UUID]]) -> None:
        """Lock people of several scopes in the order of their ids: scope by scope, two pushes could wait in a circle.

        Scopes of one sort are joined, so that the sides change only between people of units and of organisations.
        """
        units = {unit for scope in wanted if isinstance(scope, UnitScope) for unit in scope.units}
        organisations = {
            each for scope in wanted if isinstance(scope, OrganisationScope) for each in scope.organisations
        }
        sides = (OrganisationScope(tuple(sorted(organisations))), UnitScope(tuple(sorted(units))))
        steps = {(person_id, isinstance(scope, UnitScope)) for scope, people in wanted.items() for person_id in people}
        session, today = self.desk.session, self.held.today
        for is_of_units, run in groupby(sorted(steps), key=itemgetter(1)):
            scope = sides[is_of_units]
            await context.enter(session, scope, today=today)
            await persons.hold(session, [person_id for person_id, _ in run], scope=scope, today=today)
        self.stand_up()

    def people(self, desk: Desk) -> Mapping[UUID | None, Owner]:
        """The people who were there, in reach of a desk, when they were locked last."""
        return self._people.get(desk.actor.scope, {})


def access_to(kind: Kind) -> Access:
    """What the routes that write a kind ask for."""
    return Access(kind.write, frozenset(kind.groups))
