"""The audit rows of denials: who was refused what, about whom."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Request

from registry.api.actor import Actor
from registry.db import trail
from registry.db.context import closed_transaction
from registry.domain.errors import DomainError, Forbidden, NotFound
from registry.domain.quota import TooManyPersons

DENIALS = (Forbidden, TooManyPersons)


async def record_denial(request: Request, refusal: DomainError) -> None:
    """Write who was denied what, in a transaction of its own: the request's work has been rolled back."""
    actor: Actor | None = getattr(request.state, "actor", None)
    is_denial = (
        isinstance(refusal, Forbidden | TooManyPersons) or type(refusal) is NotFound
    )  # which units there are is public
    if actor is None or not is_denial:
        return
    person, record = (_id_in(request.path_params, name) for name in ("person_id", "id"))
    async with closed_transaction(request.app.state.sessions) as session:
        await trail.audit(
            session,
            actor.act,
            persons=() if person is None else (person,),
            record_id=record,
            groups=actor.asked.shows if actor.asked else (),
            allowed=False,
        )


def _id_in(path: Mapping[str, Any], name: str) -> UUID | None:
    """Read an id off the path; what a caller wrote there that is none never reaches the audit log."""
    try:
        return UUID(str(path[name]))
    except (KeyError, ValueError):
        return None
