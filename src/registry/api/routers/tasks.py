"""Tasks: the inbox of whoever must approve, look or act."""

from datetime import datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from registry.api import problems
from registry.api.records.answers import GUARDED, TAGGED
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing, listing_for
from registry.api.records.precondition import OptionalPrecondition, etag
from registry.api.schemas.tasks import SettleIn, TaskOut, TaskPage
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.api.tasks import inbox
from registry.db import tasks
from registry.db.tables.tasks import TaskRow
from registry.domain.access import Permission
from registry.domain.task import RULES, TaskKind, TaskState

router = APIRouter(prefix="/v1/tasks", tags=[Tag.TASKS], route_class=StrictRoute)

Reading = Annotated[Desk, Depends(desk_for(Permission.TASK_READ))]
Settling = Annotated[Desk, Depends(desk_for(Permission.TASK_SETTLE))]
TaskPath = Annotated[UUID, Path(description="The task's id.")]

EXAMPLES: Any = {
    "approval": {
        "summary": "Let a grant go on",
        "value": {"decision": "approve", "note": "The post was taken over as it was."},
    }
}


class TaskKey(NamedTuple):
    """Where a page of tasks begins."""

    due_at: datetime
    id: UUID


@router.get("", summary="List tasks", responses=problems.responses(*GUARDED, "cursor_invalid"))
async def list_tasks(
    listing: Annotated[Listing, Depends(listing_for(Permission.TASK_READ))],
    state: Annotated[TaskState, Query(description="Only those in this state.")] = TaskState.OPEN,
    kind: Annotated[TaskKind | None, Query(description="Only those of this kind.")] = None,
    overdue: Annotated[
        bool | None, Query(description="`true`: only what was due before now; `false`: only what is due later.")
    ] = None,
) -> TaskPage:
    """The caller's inbox: the tasks that they may settle, the one that is due first at the top.

    A task has an audience: a role over a unit or in an organisation. Each role that you hold opens the tasks of
    that role within the reach of its own grants. A page is a good place to begin the day; ask again
    whenever you like, since tasks are not pushed.
    """
    desk, paging = listing.desk, listing.paging
    rows = await tasks.page(
        desk.session,
        audiences=inbox.audiences_of(desk),
        state=state,
        kind=kind,
        due=None if overdue is None else (desk.actor.at, overdue),
        limit=paging.limit,
        after=paging.after(TaskKey),
    )
    page = paging.page(rows, key=lambda row: TaskKey(row.due_at, row.id))
    await inbox.audit(desk, *page.items)
    return TaskPage(items=await _shown(desk, *page.items), next=page.next)


@router.get("/{id}", summary="Read a task", responses=TAGGED | problems.responses(*GUARDED, "not_found"))
async def get_task(id: TaskPath, response: Response, desk: Reading) -> TaskOut:  # noqa: A002 - the path's name
    """One task that is the caller's to settle, also when it is over."""
    row = await inbox.read(desk, id)
    return await _tagged(response, desk, row)


@router.post(
    "/{id}/settle",
    summary="Settle a task",
    responses=TAGGED
    | problems.responses(
        *GUARDED,
        "not_found",
        "task_not_open",
        "decision_not_allowed",
        "second_person_required",
        "grant_to_oneself",
        "erasure_covers_more",
        "note_not_kept",
        "version_mismatch",
        body=True,
    ),
)
async def settle_task(
    id: TaskPath,  # noqa: A002 - the path's name
    body: Annotated[SettleIn, Body(openapi_examples=EXAMPLES)],
    response: Response,
    desk: Settling,
    precondition: OptionalPrecondition,
) -> TaskOut:
    """Decide, and let the decision take effect: both happen, or neither.

    `decision` is one of the task's `decisions`. Where four eyes are asked for, whoever opened the task is refused
    (403 `second_person_required`). The same decision sent again by the same person is answered 200; once a task
    is settled otherwise, expired or cancelled, the answer is 409. `If-Match` is honoured where it is sent.
    """
    row = await inbox.settle(desk, id, body.decision, body.note, precondition)
    return await _tagged(response, desk, row)


async def _tagged(response: Response, desk: Desk, row: TaskRow) -> TaskOut:
    response.headers["ETag"] = etag(row.version, tasks.ENTITY)
    (shown,) = await _shown(desk, row)
    return shown


async def _shown(desk: Desk, *rows: TaskRow) -> list[TaskOut]:
    notes = await inbox.notes_of(desk, rows)
    return [TaskOut.model_validate(row.model_dump() | _told(desk, row) | {"note": notes[row.id]}) for row in rows]


def _told(desk: Desk, row: TaskRow) -> dict[str, Any]:
    unit_code = None if row.unit_id is None else desk.atlas.last(row.unit_id).code
    return {"unit_code": unit_code, "decisions": RULES[row.kind].decisions}
