"""How long the feed has been held back: nothing is told past a transaction that writes and is still open."""

import logging
from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.clock import Clock
from registry.db import told

log = logging.getLogger(__name__)

LAG_SECONDS = 5
"""A feed that is held back for longer is written to the log, once until it goes on."""


class FeedWatch(Collector):
    """The transaction that holds the feed back, and since when it was seen to.

    The service may not ask when a stranger's transaction began. So it is counted from the look that saw it first.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._oldest: int | None = None
        self._since: datetime | None = None
        self._is_told = False
        self._is_blind = False

    async def look(self, session: AsyncSession) -> None:
        """See whether another transaction holds the feed back now, or none; say when it takes long."""
        oldest = await told.oldest_open(session)
        self._is_blind = False
        if oldest != self._oldest:
            self._oldest, self._since = oldest, None if oldest is None else self._clock()
        is_held = self._seconds() > LAG_SECONDS
        if is_held and not self._is_told:
            log.warning("feed.held_back", extra={"lag_seconds": int(self._seconds())})
        elif self._is_told and not is_held:
            log.info("feed.goes_on")
        self._is_told = is_held

    def lose_sight(self) -> None:
        """Show no lag: the transaction may have ended since. Where it has not, it is counted as before once seen."""
        self._is_blind = True

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the lag, where the last look could see it."""
        description = "Time for which an open transaction has held the feed back."
        lag = None if self._is_blind else self._seconds()
        yield GaugeMetricFamily("registry_feed_lag_seconds", description, value=lag)

    def _seconds(self) -> float:
        return 0.0 if self._since is None else (self._clock() - self._since).total_seconds()
