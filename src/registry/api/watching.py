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


async def keep(watches: Iterable[Watch], sessions: Sessions) -> None:
    """Let all look in one transaction, again and again, until cancelled."""
    while True:
        try:
            await look(watches, sessions)
        except Exception as error:  # noqa: BLE001 - a lost database is told by the requests; the watch goes on
            log.warning("watching.failed", extra={"error": type(error).__qualname__})
        await asyncio.sleep(LOOK_SECONDS)


async def look(watches: Iterable[Watch], sessions: Sessions) -> None:
    """Let all look once."""
    async with closed_transaction(sessions) as session:
        for watch in watches:
            await watch.look(session)
