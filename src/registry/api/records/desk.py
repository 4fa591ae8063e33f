"""The dependency that lays out a desk: an actor admitted to an operation, and the request's tools."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Request

from registry.api import language
from registry.api.actor import Actor, grants_for
from registry.api.deps import Requires, admit, visit_of
from registry.api.idempotency.attempt import attempt_of
from registry.api.records.kind import Desk
from registry.db.sealing import Vault
from registry.domain.access import FieldGroup, Permission, require_units
from registry.domain.policy import Access


def desk_for(
    permission: Permission,
    *shows: FieldGroup,
    may_show: Iterable[FieldGroup] = (),
    filters: Mapping[str, FieldGroup] | None = None,
) -> Callable[..., Coroutine[Any, Any, Desk]]:
    """Make the dependency for operations that need a permission, and whose answers may show groups of fields."""
    shown = frozenset(shows)
    return desk_by(Requires(Access(permission, shown, frozenset(may_show) - shown, filters or {})))


def desk_by(admission: Requires) -> Callable[..., Coroutine[Any, Any, Desk]]:
    """Make the dependency for operations to which a certain door admits."""

    async def laid_out(request: Request, actor: Annotated[Actor, Depends(admission)]) -> Desk:
        session, state = visit_of(request).session, request.app.state
        return Desk(
            session,
            actor,
            state.atlas,
            state.keys,
            state.key_ring,
            Vault(session, state.key_ring),
            language.of_request(request),
            state.settings,
            state.calendar,
            admission.access,
            attempt_of(request),
        )

    return laid_out


async def narrowed(desk: Desk, request: Request, **filters: object) -> Desk:
    """Act under those grants alone that open what the given filters tell: to filter by a field is to read it."""
    groups = {desk.access.filters[name] for name, value in filters.items() if value is not None}
    if not groups:
        return desk
    access = replace(desk.access, shows=desk.access.shows | groups)
    giving = grants_for(access, desk.actor.caller, desk.actor.grants, chosen=None)
    actor = await admit(desk.actor, access, giving, session=desk.session, atlas=desk.atlas, settings=desk.settings)
    request.state.actor = actor
    return replace(desk, actor=actor, access=access)


def units_of(desk: Desk, code: str) -> tuple[int, ...]:
    """The units, on today's map, that a code stands for today or stood for last."""
    return desk.atlas.scope_of(desk.atlas.latest(code, desk.actor.today).unit_id, desk.actor.today)


def reach_of(desk: Desk, code: str, *, pointer: str | None = None) -> tuple[int, ...]:
    """The units that a code stands for; refused unless the caller's grants cover all of them."""
    units = units_of(desk, code)
    require_units(desk.actor.scope, *units, pointer=pointer)
    return units
