"""Whose inbox a caller opens, and how a task in it is settled."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from registry.api.actor import scope_of
from registry.api.records.kind import Desk
from registry.api.records.precondition import Precondition
from registry.api.tasks.effects import EFFECTS
from registry.db import tasks, trail
from registry.db.tables.tasks import TaskRow
from registry.domain import task
from registry.domain.access import Grant, Role, Scope
from registry.domain.errors import NotFound
from registry.domain.task import Audience, Decision, NoteNotKept


def audiences_of(desk: Desk) -> tuple[Audience, ...]:
    """The audiences to which a caller belongs: each role over what its own grants reach, and no further."""
    roles = sorted({grant.role for grant in desk.actor.grants})
    return tuple(Audience(role, _scope_of(desk, _of_role(desk, role))) for role in roles)


async def read(desk: Desk, task_id: UUID) -> TaskRow:
    """Show one task to its audience."""
    row = await tasks.get(desk.session, task_id, audiences=audiences_of(desk))
    if row is None:
        raise NotFound
    await audit(desk, row)
    return row


async def settle(
    desk: Desk, task_id: UUID, decision: Decision, note: str | None, precondition: Precondition
) -> TaskRow:
    """Settle a task and do what the decision asks for. The same decision of the same person is answered as it is."""
    actor = desk.actor
    row = await tasks.lock(desk.session, task_id, audiences=audiences_of(desk))
    if row is None:
        raise NotFound
    precondition.exclude(row.version)
    asked, by = tasks.to_domain(row), actor.act.author
    if not task.is_repeated(asked, decision, by=by):
        settled = task.settle(asked, decision, by=by, at=actor.at)
        precondition.require(row.version)
        tasks.apply(row, settled, at=actor.at)
        await _note(desk, row, note)
        if (effect := EFFECTS.get(row.kind)) is not None:
            await effect(_within_role(desk, row.role), row, decision)
    await audit(desk, row)
    return row


async def notes_of(desk: Desk, rows: Collection[TaskRow]) -> dict[UUID, str | None]:
    """What was noted with decisions, by task; of people who have left the caller's reach since, it stays sealed."""
    noted = {row.person_id for row in rows if row.sealed_note is not None and row.person_id is not None}
    reached = await desk.vault.within_reach(noted)
    opened = [await desk.vault.opened(row) for row in rows if row.sealed_note is not None and row.person_id in reached]
    return {row.id: row.note for row in rows} | {row.id: row.sealed_note for row in opened}


async def _note(desk: Desk, row: TaskRow, note: str | None) -> None:
    """Note why it was decided so: about a person under that person's key."""
    if note is None or row.person_id is None:
        row.note = note
        return
    if row.person_id not in await desk.vault.within_reach([row.person_id]):
        raise NoteNotKept(pointer="/note")
    noted = {"sealed_note": note}
    sealed = await desk.vault.sealed(TaskRow, noted, person_id=row.person_id, record_id=row.id)
    row.sealed_note = sealed["sealed_note"]


async def audit(desk: Desk, *rows: TaskRow) -> None:
    """Leave the trace of an answer that shows tasks."""
    persons = [row.person_id for row in rows if row.person_id is not None]
    record_id = rows[0].id if len(rows) == 1 else None
    await trail.audit(desk.session, desk.actor.act, persons=persons, entity=tasks.ENTITY, record_id=record_id)


def _of_role(desk: Desk, role: Role) -> tuple[Grant, ...]:
    return tuple(grant for grant in desk.actor.grants if grant.role is role)


def _within_role(desk: Desk, role: Role) -> Desk:
    """Leave the actor the grants of one role: another that they hold neither helps nor hinders."""
    grants = _of_role(desk, role)
    return replace(desk, actor=replace(desk.actor, grants=grants, scope=_scope_of(desk, grants)))


def _scope_of(desk: Desk, grants: tuple[Grant, ...]) -> Scope:
    return scope_of(grants, atlas=desk.atlas, today=desk.actor.today, bounds=desk.actor.bounds)
