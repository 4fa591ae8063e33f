"""The worker beside a service or within the demo: its connections, its signals."""

import asyncio
import signal

from registry.api.clock import system_clock
from registry.db.engine import create_engine
from registry.domain.atlas import Atlas
from registry.settings import Settings
from registry.worker.jobs import JOBS
from registry.worker.run import Worker

CONNECTIONS = 3
"""One that holds the lock, one that works, one to write that a job has failed."""


async def work(url: str, settings: Settings, stop: asyncio.Event, *, atlas: Atlas | None = None) -> None:
    """Work on a database until `stop` is set; `atlas` is its map where somebody has read it already."""
    engine = create_engine(url, pool_size=CONNECTIONS, statement_timeout=60, name="registry-worker")
    try:
        await Worker(engine, JOBS, settings=settings, clock=system_clock, atlas=atlas).run(stop)
    finally:
        await engine.dispose()


async def work_until_signal(url: str, settings: Settings) -> None:
    """Work until SIGTERM or Ctrl-C; the job under way is finished."""
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    await work(url, settings, stop)
