"""What the service can be asked, read off its own routes: each operation with the access that it asks for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from registry.api.actor import Actor
from registry.api.deps import Requires, current_actor, reading_actor
from registry.domain.access import Role, TokenScope
from registry.domain.policy import Access


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    `scope` is what the token must carry; None where any will do. `access` is None where no permission is asked for:
    for what is public within the service.
    """

    id: str
    method: str
    path: str
    scope: TokenScope | None
    access: Access | None

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that the policy lets in."""
        return tuple(role for role in Role if self.access is None or self.access.admits(role))

    def is_open_to(self, actor: Actor) -> bool:
        """Whether the caller's token and grants, those for everybody and everything, let them in."""
        if self.access is None:
            return self.scope is None or self.scope in actor.caller.scopes
        return actor.may(self.access)


def operations_of(app: FastAPI) -> tuple[Operation, ...]:
    """List every operation that asks for a token, by address and method."""
    routes = [
        (context.path or "", context.original_route)
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, APIRoute)
    ]
    found = (operation for path, route in routes for operation in _operations(path.replace(":uuid", ""), route))
    return tuple(sorted(found, key=lambda operation: (operation.path, operation.method)))


def _operations(path: str, route: APIRoute) -> Iterator[Operation]:
    calls = set(_calls(route.dependant))
    if current_actor not in calls:
        return
    accesses = [call.access for call in calls if isinstance(call, Requires)]
    if len(accesses) > 1:
        raise LookupError(f"{route.name} asks for more than one access")
    access = accesses[0] if accesses else None
    reading = TokenScope.READ if reading_actor in calls else None
    scope = reading if access is None else access.permission.token_scope
    for method in route.methods or ():
        yield Operation(route.operation_id or route.name, method, path, scope, access)


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for dependency in dependant.dependencies:
        if dependency.call is not None:
            yield dependency.call
        yield from _calls(dependency)
