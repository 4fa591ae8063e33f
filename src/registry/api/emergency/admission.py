"""Admission under an emergency access: to one person, to look, as long as it and the grant under it last."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Request

from registry.api.actor import Actor, grants_for, places_of
from registry.api.deps import RegistryGrant, Requires, SomeActor, visit_of
from registry.api.records.desk import desk_by
from registry.api.records.kind import Desk
from registry.db import context, emergency
from registry.domain.access import FieldGroup, Permission, PersonScope, Purpose
from registry.domain.emergency import EmergencyAccessNotValid
from registry.domain.policy import Access

_ASKED = Access(Permission.EMERGENCY_READ)

RegistryEmergencyAccess = Annotated[
    UUID | None,
    Header(
        alias="Registry-Emergency-Access",
        description="Read under this emergency access of yours, instead of under what your grants reach.",
    ),
]


@dataclass(frozen=True, eq=False)
class RequiresInEmergency(Requires):
    """Admits as the policy does or, where the request names an emergency access, under that."""

    async def __call__(
        self,
        request: Request,
        actor: SomeActor,
        registry_grant: RegistryGrant = None,
        registry_emergency_access: RegistryEmergencyAccess = None,
    ) -> Actor:
        if registry_emergency_access is None:
            return await super().__call__(request, actor, registry_grant)
        request.state.actor = replace(actor, asked=self.access, purpose=actor.purpose or Purpose.EMERGENCY)
        giving = grants_for(_ASKED, actor.caller, actor.grants, chosen=registry_grant, purpose=actor.purpose)
        caller, person_id = actor.act.author, UUID(str(request.path_params["person_id"]))
        session, atlas = visit_of(request).session, request.app.state.atlas
        await context.act_in_emergency(session, caller=caller)
        row = await emergency.get_own(session, registry_emergency_access, caller=caller)
        held = {grant.id for grant in giving}
        if row is None or not emergency.to_domain(row).opens(
            self.access.shows, of_person=person_id, held=held, at=actor.at
        ):
            raise EmergencyAccessNotValid
        scope = PersonScope(person_id)
        await context.enter(session, scope, today=actor.today, role=context.ROLES.get(self.access.permission))
        used = tuple(grant for grant in giving if grant.id == row.grant_id)
        admitted = replace(
            actor,
            grants=used,
            scope=scope,
            purpose=Purpose.EMERGENCY,
            units=tuple(sorted({row.unit_id, *places_of(used, atlas=atlas, today=actor.today)})),
            asked=self.access,
        )
        request.state.actor = admitted
        return admitted


def desk_for_one_person(permission: Permission, *shows: FieldGroup) -> Callable[..., Coroutine[Any, Any, Desk]]:
    """Make the dependency for operations that show one person, and that an emergency access opens as well."""
    return desk_by(RequiresInEmergency(Access(permission, frozenset(shows))))
