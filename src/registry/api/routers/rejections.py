"""What the caller pushed and was refused."""

from datetime import datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from registry.api import problems
from registry.api.pagination import DEFAULT_LIMIT, CursorParameter, LimitParameter, list_paging
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.schemas.rejections import RejectionOut, RejectionPage
from registry.api.strict_json import StrictRoute
from registry.api.sync.push.answer import told
from registry.api.tags import Tag
from registry.db import context, sync_rejections, trail
from registry.db.tables.sync import SyncRejectionRow
from registry.domain.access import Permission

router = APIRouter(tags=[Tag.SYNC], route_class=StrictRoute)


class RejectionKey(NamedTuple):
    """Where a page of refused operations begins."""

    sent_at: datetime
    id: UUID


@router.get(
    "/v1/sync/rejections",
    summary="Read what was refused",
    responses=problems.responses(*GUARDED, "cursor_invalid"),
)
async def list_rejections(
    request: Request,
    response: Response,
    desk: Annotated[Desk, Depends(desk_for(Permission.SYNC_READ))],
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> RejectionPage:
    """The operations of the caller that a push answered `rejected` or `conflict`, the newest first.

    They are kept encrypted, for 400 days, and shown to nobody but who sent them. The same sent again is
    kept once; one that is applied after all is no longer listed. What was sent about somebody who is erased goes
    with them.
    """
    actor = desk.actor
    paging = list_paging(request, response, subject=actor.subject, limit=limit, cursor=cursor)
    await context.act_as_sender(desk.session, caller=actor.act.author)
    rows = await sync_rejections.page(
        desk.session, sent_by=actor.act.author, limit=paging.limit, after=paging.after(RejectionKey)
    )
    page = paging.page(rows, key=lambda row: RejectionKey(row.sent_at, row.id))
    items = [await _shown(desk, row) for row in page.items]
    about = {row.person_id for row in page.items if row.person_id is not None}
    await trail.audit(desk.session, actor.act.with_known_content, persons=about, entity="sync_rejection")
    return RejectionPage(items=items, next=page.next)


async def _shown(desk: Desk, row: SyncRejectionRow) -> RejectionOut:
    sent = await sync_rejections.opened(row, desk.key_ring)
    return RejectionOut(
        id=row.id,
        sent_at=row.sent_at,
        ref=row.ref,
        person_id=row.person_id,
        code=row.code,
        errors=[told(fault["code"], fault["facts"], desk.language, pointer=fault["pointer"]) for fault in row.faults],
        operation=sent.decode(errors="backslashreplace"),
        is_whole=row.is_whole,
    )
