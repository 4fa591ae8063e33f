"""Waiting for news: a request that waits takes no connection and no place, and its time does not run."""

import asyncio
from dataclasses import replace

from fastapi import Request

from registry.api.actor import Actor
from registry.api.sync.pull.pages import PulledPage
from registry.api.sync.pull.view import View
from registry.db import context, replica

PAUSE_SECONDS = 1.0


async def news_within(seconds: float, request: Request, actor: Actor, view: View, page: PulledPage) -> PulledPage:
    """Wait until there is something to tell after a page that had nothing, and say so.

    What there is to tell is not told here: the caller may have lost a grant while waiting, and is admitted anew.
    """
    request.state.place.give_back()
    request.state.time_limit.reschedule(request.state.time_limit.when() + seconds)
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while (left := end - loop.time()) > 0:
        await asyncio.sleep(min(PAUSE_SECONDS, left))
        async with context.look(request.app.state.sessions, view.scope, today=actor.today) as session:
            after = page.progress.position
            if await replica.changes(session, view.scope, view.by_entity, after=after, limit=0):
                return replace(page, more=True)
    return page
