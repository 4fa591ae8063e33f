"""What a replica is told, and what it must hold."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from registry.api import problems
from registry.api.deps import end_visit
from registry.api.pagination import MAX_LIMIT, Cursor, CursorParameter
from registry.api.records.answers import GUARDED, Answers
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.router import Router
from registry.api.schemas.pull import MOST_CHANGES, ChangesOut, DigestOut, KindDigestOut
from registry.api.strict_json import StrictRoute
from registry.api.sync.pull import cursor as cursors
from registry.api.sync.pull.pages import Reader
from registry.api.sync.pull.patience import WaitingRoom, news_within
from registry.api.sync.pull.view import GROUPS, View
from registry.api.tags import Tag
from registry.db import context, digests, state, trail
from registry.domain.access import FieldGroup, Permission
from registry.domain.sync import SyncKind

LONGEST_WAIT = 20
"""Shorter than proxies wait for an answer (docs/limits.md)."""

router = Router(prefix="/v1/sync", tags=[Tag.SYNC], route_class=StrictRoute)

_FULL: Answers = {
    200: {
        "headers": {
            "Retry-After": {
                "description": "Seconds after which to ask again: only where the request did not wait as it asked to, "
                "because too many wait already.",
                "schema": {"type": "integer", "minimum": 1, "maximum": LONGEST_WAIT},
            }
        }
    }
}

Pulling = Annotated[Desk, Depends(desk_for(Permission.SYNC_READ, FieldGroup.PERSON, may_show=GROUPS))]


@router.get(
    "/changes",
    summary="Fetch what has changed",
    response_model=ChangesOut,
    responses=_FULL | problems.responses(*GUARDED, "cursor_invalid", "resync_required"),
)
async def pull_changes(
    request: Request,
    response: Response,
    desk: Pulling,
    limit: Annotated[
        int,
        Query(
            ge=1,
            le=MOST_CHANGES,
            description="Most records on the page. Larger pages are faster; a phone may lose one.",
        ),
    ] = MAX_LIMIT,
    cursor: CursorParameter = None,
    wait: Annotated[
        int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for something to tell, where there is nothing.")
    ] = 0,
) -> Response:
    """Keep a replica of everything that the caller may see: all of it at first, then what changes.

    Without a cursor the first page of a copy is answered, with the cursor of the next one. Store each page and its
    cursor in one transaction of the device, and pull again at once while `more` is true; from then on now and then,
    or with `wait`. Where nothing has changed, `wait` keeps the request until something has: it then answers without
    items and with `more`, and the next pull brings them. Where too many wait already, it is answered at once, and
    `Retry-After` says when to ask again. Being told the same twice is harmless.

    Records come as their own routes show them; medical results never travel. A caller who holds several grants gets
    what all of them open: `Registry-Grant` picks one. 410 `resync_required` means: throw the replica away, keep what
    was not pushed yet, and begin without a cursor. `docs/sync.md` has the whole protocol.
    """
    actor, sessions = desk.actor, request.app.state.sessions
    view, seal = View.of(actor), cursors.seal_for(request, actor)
    progress = None if cursor is None else cursors.opened(cursor, seal, view)
    limit = min(limit, actor.act.most_persons or limit)  # of whom more are told than the hour allows, nobody would be
    await end_visit(request)  # the caller is admitted: from here on nothing is held that another could use
    async with context.look(sessions, actor.scope, today=actor.today) as session:
        page = await Reader(session, desk.key_ring, view, actor.today).page(progress, limit=limit)
    if page.items:
        async with context.closed_transaction(sessions) as session:
            await trail.audit(session, actor.act, persons=page.persons, groups=page.groups(view))
    elif wait and not page.more:
        room: WaitingRoom = request.app.state.waiting_room
        if room.is_full:
            response.headers["Retry-After"] = str(wait)
        else:
            with room.seat():
                page = await news_within(wait, request, actor, view, page)
    content = page.rendered(cursors.closed(page.progress, seal))
    return Response(content, media_type="application/json", headers=response.headers)


@router.get(
    "/digest",
    summary="Compare a replica",
    responses=problems.responses(*GUARDED, "cursor_invalid", "resync_required"),
)
async def get_digest(
    request: Request,
    desk: Annotated[Desk, Depends(desk_for(Permission.SYNC_READ))],
    cursor: Annotated[Cursor, Query()],
) -> DigestOut:
    """Say how many records of each kind a replica must hold, and a hash of their names and versions.

    For a device that wants to be sure: after a pull that ended with `more` false it sends its cursor, and makes the
    same hash of what it holds. Where they differ, the replica is broken: throw it away and begin without a cursor,
    and tell whoever made the app. While the first copy is under way, or something was written since the last pull,
    `up_to_date` is false and there is nothing to compare.
    """
    actor = desk.actor
    view = View.of(actor)
    progress = cursors.opened(cursor, cursors.seal_for(request, actor), view)
    await end_visit(request)
    async with context.look(request.app.state.sessions, actor.scope, today=actor.today) as session:
        progress.require(await state.feed_epoch(session), today=actor.today)
        is_current = progress.copied is None and not await digests.has_news(
            session, view.scope, list(view.by_entity), after=progress.position
        )
        found = {
            SyncKind(kind.singular): await digests.of_table(session, view.scope, kind.table, today=actor.today)
            for kind in (view.kinds if is_current else ())
        }
    return DigestOut(
        up_to_date=is_current,
        position=str(progress.position.xid),
        feed_epoch=progress.epoch,
        kinds=[KindDigestOut(kind=kind, **asdict(digest)) for kind, digest in found.items()],
    )
