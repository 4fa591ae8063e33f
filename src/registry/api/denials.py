"""What is left behind by denials: who was refused what, about whom. Of who is not known, a log line and a count."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Request
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.actor import Actor
from registry.api.auth.refused import Reason, Unauthenticated
from registry.db import context, erasure, trail
from registry.db.context import closed_transaction
from registry.domain.access import UnitScope
from registry.domain.emergency import EmergencyCapReached
from registry.domain.errors import DomainError, Forbidden, NotFound
from registry.domain.quota import TooManyPersons
from registry.domain.record import RecordErased

DENIALS = (Forbidden, TooManyPersons, EmergencyCapReached)

log = logging.getLogger(__name__)


async def record_denial(request: Request, refusal: DomainError) -> None:
    """Write who was denied what, in a transaction of its own: the request's work has been rolled back.

    Raises `RecordErased` where somebody is not found because they were erased, for those who could see them before.
    """
    if isinstance(refusal, Unauthenticated):
        _note_stranger(request, refusal.reason)
        return
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None or not is_denial(refusal):
        return
    person, record = (_id_in(request.path_params, name) for name in ("person_id", "id"))
    async with closed_transaction(request.app.state.sessions) as session:
        await leave_denial(session, actor, person=person, record=record)
    if type(refusal) is NotFound and person is not None and isinstance(actor.scope, UnitScope):
        async with closed_transaction(request.app.state.sessions) as session:
            await context.enter(session, actor.scope, today=actor.today)
            if await erasure.is_erased(session, person, scope=actor.scope):
                raise RecordErased


def is_denial(refusal: DomainError) -> bool:
    """Whether somebody was refused what is not theirs. Which units there are is public."""
    return isinstance(refusal, DENIALS) or type(refusal) is NotFound


async def leave_denial(session: AsyncSession, actor: Actor, *, person: UUID | None, record: UUID | None) -> None:
    """Write the audit row of a denial."""
    await trail.audit(
        session,
        actor.act,
        persons=() if person is None else (person,),
        record_id=record,
        groups=actor.asked.shows if actor.asked else (),
        allowed=False,
    )


def _note_stranger(request: Request, reason: Reason) -> None:
    """Count and log a refusal of somebody who has no name: a bad token may not be from whom it speaks of."""
    request.app.state.counters.unauthenticated.labels(reason.value).inc()
    log.log(logging.INFO if reason is Reason.NO_TOKEN else logging.WARNING, "auth.refused", extra={"reason": reason})


def _id_in(path: Mapping[str, Any], name: str) -> UUID | None:
    """Read an id off the path; what a caller wrote there that is none never reaches the audit log."""
    try:
        return UUID(str(path[name]))
    except (KeyError, ValueError):
        return None
