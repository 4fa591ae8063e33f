"""The actor of a request: the caller, what their grants open for one permission, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from registry.api.auth.caller import Caller
from registry.db.trail import Act
from registry.domain.access import (
    ActorRequired,
    Grant,
    GrantNotHeld,
    OrganisationScope,
    Permission,
    Purpose,
    Role,
    Scope,
    UnitScope,
)
from registry.domain.atlas import Atlas
from registry.domain.errors import Forbidden
from registry.domain.policy import POLICY, Access


@dataclass(frozen=True)
class Actor:
    """Who acts in this request, and what they may reach with the permission that the operation needs."""

    caller: Caller
    grants: tuple[Grant, ...]
    scope: Scope
    purpose: Purpose | None
    operation: str
    request_id: UUID
    at: datetime
    today: date
    units: tuple[int, ...] = ()
    """Where the grants are placed on today's map; an audit row that names no person lies there."""
    asked: Access | None = None
    """What the operation asks for, once it is known."""
    bounds: tuple[int, ...] = ()
    """Units to which the registration of the software confines the request, whatever the grants."""
    most_persons: int | None = None
    """How many different people the answers may show within the hour, once it is known who acts."""

    @property
    def subject(self) -> str:
        """The caller's name across issuers; cursors are bound to it."""
        return f"{self.caller.issuer}|{self.caller.subject}"

    @cached_property
    def act(self) -> Act:
        """What audit rows say of this request."""
        caller = self.caller
        return Act(
            issuer=caller.issuer,
            subject=caller.vendor or caller.subject,
            client_id=caller.client_id,
            on_behalf_of=caller.subject if caller.vendor else None,
            purpose=self.purpose,
            operation=self.operation,
            request_id=self.request_id,
            at=self.at,
            grant_ids=tuple(grant.id for grant in self.grants),
            unit_ids=self.units,
            most_persons=self.most_persons,
        )

    def may(self, access: Access) -> bool:
        """Whether some operation would let the caller in."""
        try:
            grants_for(access, self.caller, self.grants, chosen=None)
        except Forbidden:
            return False
        return True

    def require(self, *permissions: Permission) -> None:
        """Refuse what asks for more than the operation's own permission, unless token and every grant used give it."""
        allowed = all(permission.token_scope in self.caller.scopes for permission in permissions)
        if not allowed or any(not POLICY[grant.role].keys() >= set(permissions) for grant in self.grants):
            raise Forbidden


def grants_for(
    access: Access,
    caller: Caller,
    held: Iterable[Grant],
    *,
    chosen: UUID | None,
    purpose: Purpose | None = None,
) -> tuple[Grant, ...]:
    """Pick the grants that give an operation; refuse when token or grants give none.

    A `purpose` keeps the grants that give the operation for it: a caller narrows, and never invents one.
    A request acts under units or under organisations, never both: under units where both are held.
    """
    permission = access.permission
    if permission.token_scope not in caller.scopes:
        raise Forbidden
    grants = tuple(grant for grant in held if chosen is None or grant.id == chosen)
    if chosen is not None and not grants:
        raise GrantNotHeld
    giving = tuple(grant for grant in grants if access.admits(grant.role))
    if caller.is_server:
        if giving and all(grant.role is not Role.PROVINCE_SYSTEM for grant in giving):
            raise ActorRequired
        giving = tuple(grant for grant in giving if grant.role is Role.PROVINCE_SYSTEM)
    if purpose is not None:
        giving = tuple(grant for grant in giving if POLICY[grant.role][permission] is purpose)
    if not giving:
        raise Forbidden
    return tuple(grant for grant in giving if grant.unit_id is not None) or giving


def places_of(grants: Iterable[Grant], *, atlas: Atlas, today: date) -> tuple[int, ...]:
    """Find the units that grants are on, as they are counted today."""
    return tuple(sorted({atlas.current(grant.unit_id, today) for grant in grants if grant.unit_id is not None}))


def confined(grants: tuple[Grant, ...], bounds: tuple[int, ...], *, atlas: Atlas, today: date) -> tuple[Grant, ...]:
    """Leave out grants that reach nothing where the software may act, on units or for organisations placed elsewhere.

    What reaches further than lists, such as an emergency access, rests on a grant as well.
    """
    if not bounds:
        return grants
    places = set.intersection(*(set(atlas.scope_of(bound, today)) for bound in bounds))
    return tuple(
        grant
        for grant in grants
        if not places.isdisjoint(
            (grant.seat_unit_id,) if grant.unit_id is None else atlas.scope_of(grant.unit_id, today)
        )
    )


def scope_of(grants: tuple[Grant, ...], *, atlas: Atlas, today: date, bounds: tuple[int, ...] = ()) -> Scope:
    """Join grants, all on units or all for organisations, into one scope, within the bounds of the software."""
    organisations = tuple(sorted(grant.organisation_id for grant in grants if grant.organisation_id))
    if organisations:
        return OrganisationScope(organisations)
    reached = {unit for grant in grants if grant.unit_id is not None for unit in atlas.scope_of(grant.unit_id, today)}
    for bound in bounds:
        reached.intersection_update(atlas.scope_of(bound, today))
    return UnitScope(tuple(sorted(reached)))
