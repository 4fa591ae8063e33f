"""Conflicts: what devices sent about records that had moved on."""

from collections.abc import Callable, Coroutine
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from registry.api import problems
from registry.api.deps import RegistryGrant, SomeActor
from registry.api.pagination import DEFAULT_LIMIT, CursorParameter, LimitParameter, list_paging
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.schemas.conflicts import ConflictDetailOut, ConflictOut, ConflictPage, SettleConflictIn
from registry.api.strict_json import StrictRoute
from registry.api.sync.conflicts import reading, settling
from registry.api.sync.conflicts.keeping import ENTITY
from registry.api.sync.push.desks import Desks
from registry.api.tags import Tag
from registry.db import sync_conflicts, trail
from registry.domain.access import Permission
from registry.domain.conflict import ConflictStatus

router = APIRouter(tags=[Tag.SYNC], route_class=StrictRoute, prefix="/v1/sync/conflicts")

ConflictPath = Annotated[UUID, Path(description="The conflict's id.")]


class ConflictKey(NamedTuple):
    """Where a page of conflicts begins."""

    sent_at: datetime
    id: UUID


def desks_for(permission: Permission) -> Callable[..., Coroutine[Any, Any, Desks]]:
    """Make the dependency that lays out a desk for every kind of record that the caller may write."""

    async def laid_out(
        held: SomeActor, desk: Annotated[Desk, Depends(desk_for(permission))], registry_grant: RegistryGrant = None
    ) -> Desks:
        return Desks(desk, held, registry_grant)

    return laid_out


Reading = Annotated[Desks, Depends(desks_for(Permission.SYNC_READ))]
Settling = Annotated[Desks, Depends(desks_for(Permission.SYNC_WRITE))]


@router.get("", summary="List conflicts", responses=problems.responses(*GUARDED, "cursor_invalid"))
async def list_conflicts(
    request: Request,
    response: Response,
    desks: Reading,
    status: Annotated[ConflictStatus, Query(description="In which state they are.")] = ConflictStatus.OPEN,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> ConflictPage:
    """What was answered `conflict` and is about a person: your own, and what lies in your units and is yours to write.

    The newest comes first. The list names records and fields; what both sides say is in the conflict itself. Those
    that are open wait as long as it takes; others are forgotten 400 days after they were sent.
    """
    desk, reader = desks.desk, reading.reader_of(desks)
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    await reading.enter(desks, reader)
    rows = await sync_conflicts.page(
        desk.session, reader, status=status, limit=paging.limit, after=paging.after(ConflictKey)
    )
    page = paging.page(rows, key=lambda row: ConflictKey(row.sent_at, row.id))
    about = {row.person_id for row in page.items}
    await trail.audit(desk.session, desk.actor.act, persons=about, entity=ENTITY)
    return ConflictPage(items=[ConflictOut.model_validate(row) for row in page.items], next=page.next)


@router.get("/{id}", summary="Look at both sides", responses=problems.responses(*GUARDED, "not_found"))
async def get_conflict(id: ConflictPath, desks: Reading) -> ConflictDetailOut:  # noqa: A002 - the path's name
    """One conflict: what the device says of every field, what the register says now, and what both began from.

    Shown to those who may read and write such records of the person. To others who may know of the conflict, to
    who sent it above all, the values stay closed.
    """
    desk = desks.desk
    row = await reading.found(desks, reading.reader_of(desks), id)
    told = await reading.compared(desks, row)
    groups = reading.kind_of(row).groups if told.operation is not None else ()
    await trail.audit(
        desk.session, desk.actor.act, persons=(row.person_id,), entity=ENTITY, record_id=row.id, groups=groups
    )
    return ConflictDetailOut.model_validate(row.model_dump() | asdict(told))


@router.post(
    "/{id}/settle",
    summary="Settle a conflict",
    responses=problems.responses(
        *GUARDED,
        "not_found",
        "conflict_not_open",
        "field_not_sent",
        "present_version_required",
        "record_voided",
        "version_mismatch",
        body=True,
    ),
)
async def settle_conflict(id: ConflictPath, body: SettleConflictIn, desks: Settling) -> ConflictOut:  # noqa: A002 - the path's name
    """Keep what stands, or write what the device sent, all of it or field by field. Its task ends with it.

    What is written is a change like any other, yours: the rules judge it, the history keeps what was, everybody's
    feed tells it. Whoever may write such records of the person settles it, who sent it as well. The same
    decision sent again by the same person is answered 200; once it is settled otherwise, the answer is 409.
    """
    return ConflictOut.model_validate(await settling.settle(desks, id, body))
