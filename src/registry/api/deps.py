"""What handlers ask for: the transaction, the map, and an actor who may do what the route does.

All are coroutines, also those that wait for nothing: FastAPI would hand a plain function to a thread.
"""

from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials
from fastapi.security.http import HTTPBase
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.actor import Actor, confined, grants_for, places_of, scope_of
from registry.api.auth.admission import Admission
from registry.api.auth.caller import Caller
from registry.api.auth.reception import Reception
from registry.api.auth.refused import Unauthenticated
from registry.api.auth.tokens import TokenVerifier
from registry.api.clock import local_date
from registry.api.quotas import RateLimits
from registry.api.request_id import current_request_id
from registry.api.tags import Tag
from registry.db import context, standing
from registry.db.context import closed_transaction
from registry.db.standing import Standing
from registry.domain.access import Grant, Purpose, TokenScope, UnitScope
from registry.domain.atlas import Atlas
from registry.domain.errors import Forbidden
from registry.domain.policy import POLICY, Access
from registry.settings import Settings

_authorization = HTTPBase(auto_error=False, scheme="")


async def current_atlas(request: Request) -> Atlas:
    """The map of Viet Nam with its periods."""
    atlas: Atlas = request.app.state.atlas
    return atlas


AtlasDep = Annotated[Atlas, Depends(current_atlas)]


@dataclass(frozen=True, slots=True)
class Visit:
    """The one transaction of a request, who calls and when, and what the registry holds of them today."""

    session: AsyncSession
    caller: Caller
    standing: Standing
    at: datetime
    today: date


async def open_visit(request: Request, response: Response) -> Visit:
    """One request, one transaction, closed until an actor is admitted: the route commits it on return (`StrictRoute`).

    Whoever brings no valid token costs no connection. A token that was verified before something was revoked is
    verified anew, and no connection is held while keys are fetched for it; one that was ended is refused.

    What comes before an actor is one dependency: FastAPI walks through all that a dependency rests on wherever it is
    named. The specification names the schemes of Authorization that it takes (`openapi.build`).
    """
    state = request.app.state
    now: datetime = state.clock()
    today = local_date(now)
    credentials = await _authorization(request)
    caller = await _welcomed(request, response, credentials, now=now.timestamp())
    tokens: TokenVerifier = state.tokens
    admission: Admission = state.admission
    while True:
        async with AsyncExitStack() as stack:
            session = await stack.enter_async_context(closed_transaction(state.sessions))
            held = await standing.of(
                session,
                issuer=caller.issuer,
                subject=caller.subject,
                client_id=caller.client_id,
                vendor=caller.vendor,
                today=today,
            )
            if credentials is None or tokens.vouches_for(credentials.credentials, epoch=held.epoch):
                admission.require_current(caller, held)
                request.state.visit = visit = Visit(session, caller, held, now, today)
                request.state.ends.push_async_exit(stack.pop_all())
                return visit
        await tokens.verify(credentials.credentials, now=now.timestamp())


async def _welcomed(
    request: Request, response: Response, credentials: HTTPAuthorizationCredentials | None, *, now: float
) -> Caller:
    """Tell whom the request's token speaks of, counted against the quotas before anything else is done for them."""
    limits: RateLimits = request.app.state.rate_limits
    reception: Reception = request.app.state.reception
    try:
        welcome = await reception.welcome(request, credentials, now=now)
    except Unauthenticated:
        limits.count_stranger(request.scope, now=now)
        raise
    is_search = Tag.LISTS in request.scope["route"].tags
    limits.count_caller(request.scope, welcome.caller, is_search=is_search, now=now)
    nonce = await reception.accept(welcome, request.app.state.sessions, now=now)
    if nonce is not None:
        response.headers["DPoP-Nonce"] = nonce
    return welcome.caller


VisitDep = Annotated[Visit, Depends(open_visit)]


def visit_of(request: Request) -> Visit:
    """The visit that a dependency opened before."""
    visit: Visit = request.state.visit
    return visit


async def end_visit(request: Request) -> None:
    """Commit the request's transaction before its work is done, for a route that goes on without one."""
    await request.state.ends.aclose()


RegistryPurpose = Annotated[
    Purpose | None,
    Header(
        alias="Registry-Purpose",
        description="The purpose to act for: one that a role of yours has for the operation; its own without it.",
    ),
]


async def current_actor(request: Request, visit: VisitDep, registry_purpose: RegistryPurpose = None) -> Actor:
    """The caller with the grants in force today, before any permission is asked for."""
    atlas: Atlas = request.app.state.atlas
    held, today = visit.standing, visit.today
    bounds = tuple(each.unit_id for each in (held.client, held.vendor) if each is not None and each.unit_id is not None)
    grants = confined(held.grants, bounds, atlas=atlas, today=today)
    actor = Actor(
        caller=visit.caller,
        grants=grants,
        scope=UnitScope(()),
        purpose=registry_purpose,
        operation=request.scope["route"].operation_id or request.scope["route"].name,
        request_id=current_request_id(),
        at=visit.at,
        today=today,
        units=places_of(grants, atlas=atlas, today=today),
        bounds=bounds,
    )
    request.state.actor = actor
    admission: Admission = request.app.state.admission
    admission.require_software(visit.caller, held)
    return actor


SomeActor = Annotated[Actor, Depends(current_actor)]


async def reading_actor(actor: SomeActor) -> Actor:
    """Any caller whose token may read."""
    if TokenScope.READ not in actor.caller.scopes:
        raise Forbidden
    return actor


Reader = Annotated[Actor, Depends(reading_actor)]
"""Any caller who may read: for what is public within the service."""


RegistryGrant = Annotated[
    UUID | None,
    Header(
        alias="Registry-Grant",
        description="Act under this grant only; needed by those who hold units and organisations.",
    ),
]


@dataclass(frozen=True, eq=False)
class Requires:
    """The dependency that admits an actor only to what the policy gives, under the scope that their grants give it.

    It stays readable on the route: the list of operations and the printed policy are made of these.
    """

    access: Access

    async def __call__(
        self,
        request: Request,
        actor: SomeActor,
        registry_grant: RegistryGrant = None,
    ) -> Actor:
        request.state.actor = replace(actor, asked=self.access)
        giving = grants_for(self.access, actor.caller, actor.grants, chosen=registry_grant, purpose=actor.purpose)
        session, state = visit_of(request).session, request.app.state
        admitted = await admit(actor, self.access, giving, session=session, atlas=state.atlas, settings=state.settings)
        request.state.actor = admitted
        return admitted


async def admit(
    actor: Actor, access: Access, giving: tuple[Grant, ...], *, session: AsyncSession, atlas: Atlas, settings: Settings
) -> Actor:
    """Open what the grants that give an access reach, and nothing else, for the rest of the transaction."""
    admitted = acting_under(giving, actor, access, atlas=atlas, settings=settings)
    await context.enter(session, admitted.scope, today=actor.today, role=context.ROLES.get(access.permission))
    return admitted


def acting_under(giving: tuple[Grant, ...], actor: Actor, access: Access, *, atlas: Atlas, settings: Settings) -> Actor:
    """The actor as the grants that give an access make them."""
    return replace(
        actor,
        grants=giving,
        scope=scope_of(giving, atlas=atlas, today=actor.today, bounds=actor.bounds),
        purpose=POLICY[giving[0].role][access.permission],
        units=places_of(giving, atlas=atlas, today=actor.today),
        asked=access,
        most_persons=settings.most_persons(is_server=actor.caller.is_server),
    )
