"""The alarm when somebody was about to see more people than anybody should in an hour."""

import logging

from fastapi import Request
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.actor import Actor
from registry.api.metrics import Metrics
from registry.db import context, tasks
from registry.db.context import closed_transaction
from registry.db.tables.situation import OrganisationRow
from registry.domain.access import OrganisationScope, UnitScope
from registry.domain.errors import DomainError
from registry.domain.quota import TooManyPersons
from registry.domain.task import TaskKind

log = logging.getLogger(__name__)


async def raise_alarm(request: Request, refusal: DomainError) -> None:
    """Tell the log, the metrics and the administrator, who finds the grant that was used in a task."""
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None or not isinstance(refusal, TooManyPersons):
        return
    caller = actor.caller
    log.warning(
        "abnormal_usage.detected",
        extra={
            "issuer": caller.issuer,
            "subject": caller.subject,
            "client_id": caller.client_id,
            "operation": actor.operation,
        },
    )
    counters: Metrics = request.app.state.metrics
    counters.abnormal_usage.inc()
    try:
        async with closed_transaction(request.app.state.sessions) as session:
            await _open_task(session, actor)
    except IntegrityError:
        log.info("abnormal_usage.task_open_already")


async def _open_task(session: AsyncSession, actor: Actor) -> None:
    unit_id = await _unit_of(session, actor)
    await context.enter(session, UnitScope((unit_id,)), today=actor.today)
    await tasks.open_task(
        session,
        kind=TaskKind.ABNORMAL_USAGE,
        unit_id=unit_id,
        entity="access_grant",
        record_id=actor.grants[0].id,
        opened_by=actor.act.author,
        opened_at=actor.at,
    )


async def _unit_of(session: AsyncSession, actor: Actor) -> int:
    """Where the grant lies that was used: its unit, or that of its organisation."""
    if not isinstance(actor.scope, OrganisationScope):
        return actor.units[0]
    organisation_id = actor.scope.organisations[0]
    return (await session.exec(select(OrganisationRow.unit_id).where(col(OrganisationRow.id) == organisation_id))).one()
