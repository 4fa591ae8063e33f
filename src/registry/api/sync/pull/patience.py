"""Waiting for news: a request that waits takes no connection and no place, and its time does not run.

Each of those who wait looks once a second, so that one process lets no more than a certain number wait.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from fastapi import Request

from registry.api.actor import Actor
from registry.api.sync.pull.pages import PulledPage
from registry.api.sync.pull.view import View
from registry.db import context, told

PAUSE_SECONDS = 1.0


class WaitingRoom:
    """The seats of one process for those who wait for news."""

    def __init__(self, *, seats: int) -> None:
        self._free = seats

    @property
    def is_full(self) -> bool:
        """Whether whoever comes now has to come back later."""
        return self._free < 1

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Take a seat for as long as one waits."""
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


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
            if await told.changes(session, view.scope, view.by_entity, after=after, limit=0):
                return replace(page, more=True)
    return page
