"""Duties: tasks that are opened with a record and end with it, so that an inbox and its record never disagree."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from uuid import UUID

from registry.api.records.kind import Desk
from registry.db import tasks
from registry.domain.task import TaskKind, TaskState


@dataclass(frozen=True, slots=True)
class About:
    """The record of a duty, and whose inbox it stands in."""

    entity: str
    record_id: UUID
    unit_id: int
    person_id: UUID | None = None


async def wait(desk: Desk, kind: TaskKind, about: About, *, due_at: datetime) -> None:
    """Keep a task open until an instant; a clock that was corrected opens it anew."""
    open_one = await tasks.lock_open(desk.session, kind, about.record_id, person_id=about.person_id)
    if open_one is not None and open_one.due_at == due_at:
        return
    if open_one is not None:
        await tasks.cancel(desk.session, open_one, desk.actor.act)
        await desk.session.flush()
    await tasks.open_task(
        desk.session,
        kind=kind,
        **asdict(about),
        opened_by=desk.actor.act.author,
        opened_at=desk.actor.at,
        due_at=due_at,
    )


async def end(desk: Desk, kind: TaskKind, about: About, *, is_done: bool) -> None:
    """End the task of a record, if one is open: done by this actor, or taken back."""
    row = await tasks.lock_open(desk.session, kind, about.record_id, person_id=about.person_id)
    if row is None:
        return
    if not is_done:
        await tasks.cancel(desk.session, row, desk.actor.act)
        return
    done = replace(tasks.to_domain(row), state=TaskState.DONE, settled_by=desk.actor.act.author)
    tasks.apply(row, done, at=desk.actor.at)
