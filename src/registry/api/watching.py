"""Looking again and again at what the database shows of itself, for the metrics and the log of this process."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.context import closed_transaction
from registry.db.engine import Sessions

log = logging.getLogger(__name__)

LOOK_SECONDS = 5


class Watch(Protocol):
    """Who remembers what it saw last."""

    async def look(self, session: AsyncSession) -> None:
        """Look once."""

    def lose_sight(self) -> None:
        """Learn that a look failed: what was seen last may be so no longer."""


async def keep(watches: Iterable[Watch], sessions: Sessions) -> None:
    """Let all look, again and again, until cancelled."""
    while True:
        await look(watches, sessions)
        await asyncio.sleep(LOOK_SECONDS)


async def look(watches: Iterable[Watch], sessions: Sessions) -> None:
    """Let each look once, in a transaction of its own: where one fails, the others still see."""
    for watch in watches:
        try:
            async with closed_transaction(sessions) as session:
                await watch.look(session)
        except Exception as error:  # noqa: BLE001 - a lost database is told by the requests; the watch goes on
            watch.lose_sight()
            failed = {"watch": type(watch).__qualname__, "error": type(error).__qualname__}
            log.warning("watching.failed", extra=failed)
