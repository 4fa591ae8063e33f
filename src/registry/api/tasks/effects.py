"""What settling a task does, in the same transaction. A feature registers the coroutine of its kind here."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from registry.api.emergency.judging import judge_medical, review_access
from registry.api.erasure import decide_erasure
from registry.api.merges.deciding import decide_merge
from registry.api.moves.answering import answer_move
from registry.api.office import office_of
from registry.api.records.kind import Desk
from registry.db import context
from registry.db.tables.tasks import TaskRow
from registry.domain.access import Permission
from registry.domain.task import Decision, TaskKind
from registry.usecases import grants

Effect: TypeAlias = Callable[[Desk, TaskRow, Decision], Awaitable[None]]
"""Does what a decision asks for. The desk's actor holds no other grants than those that settle the task."""


async def renew_or_end_grant(desk: Desk, row: TaskRow, decision: Decision) -> None:
    """End a grant on a unit that is no more, unless the administrator lets it go on."""
    desk.actor.require(Permission.GRANT_MANAGE)
    decide = grants.revoke if decision is Decision.DECLINE else grants.let_go_on
    async with context.as_access(desk.session):
        await decide(office_of(desk), row.record_id)


EFFECTS: Mapping[TaskKind, Effect] = MappingProxyType(
    {
        TaskKind.GRANT_CONTINUED: renew_or_end_grant,
        TaskKind.EMERGENCY_REVIEW: review_access,
        TaskKind.EMERGENCY_MEDICAL_APPROVAL: judge_medical,
        TaskKind.ERASURE_APPROVAL: decide_erasure,
        TaskKind.MOVE_REQUEST: answer_move,
        TaskKind.MERGE_APPROVAL: decide_merge,
    }
)
"""A kind that is not here is settled by its row alone."""
