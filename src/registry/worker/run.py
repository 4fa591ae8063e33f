"""The worker's day: wait until there is no other, run what is due, sleep a little."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from registry.api.clock import Clock
from registry.db import worker_jobs
from registry.db.context import worker_transaction
from registry.db.engine import create_sessions
from registry.domain.atlas import Atlas
from registry.domain.job import late
from registry.settings import Settings
from registry.worker.job import Job, Map, Shift
from registry.worker.lock import only_worker, still_alone

log = logging.getLogger(__name__)

REST_SECONDS = 5.0
LATE_SECONDS = 60
KEPT_FOR = timedelta(days=30)
"""How long the row of a job that no release has any more is kept."""


class Worker:
    """Runs jobs until it is told to stop. A job that fails never stops the others, nor a lost database the worker."""

    def __init__(
        self,
        engine: AsyncEngine,
        jobs: Iterable[Job],
        *,
        settings: Settings,
        clock: Clock,
        rest_seconds: float = REST_SECONDS,
        atlas: Atlas | None = None,
    ) -> None:
        self._engine = engine
        self._sessions = create_sessions(engine)
        self._jobs = {job.name: job for job in jobs}
        self._settings = settings
        self._clock = clock
        self._rest_seconds = rest_seconds
        self._map = Map(atlas)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; the job under way is finished first."""
        while not stop.is_set():
            try:
                async with only_worker(self._engine) as alone:
                    if alone is not None:
                        await self._work(alone, stop)
            except Exception as error:  # noqa: BLE001 - whatever happens to the database, the worker goes on
                log.warning("worker.interrupted", extra={"error": type(error).__qualname__})
            await self._rest(stop)

    async def run_due(self, stop: asyncio.Event) -> None:
        """Run every job whose time has come, one after the other."""
        async with worker_transaction(self._sessions) as session:
            names = await worker_jobs.due(session, at=self._clock())
        for name in names:
            if name in self._jobs and not stop.is_set():
                await self._run(self._jobs[name])

    async def prepare(self) -> None:
        """Make the jobs known, say which are late, and forget those that are no more."""
        now = self._clock()
        async with worker_transaction(self._sessions) as session:
            for row in await worker_jobs.every(session):
                seconds = late(row.due_at, at=now).total_seconds()
                if row.name in self._jobs and seconds > LATE_SECONDS:
                    log.warning("worker.job_late", extra={"job": row.name, "late_seconds": int(seconds)})
            await worker_jobs.register(session, {job.name: job.every for job in self._jobs.values()}, at=now)
            await worker_jobs.forget(session, self._jobs, due_before=now - KEPT_FOR)

    async def _work(self, alone: AsyncConnection, stop: asyncio.Event) -> None:
        log.info("worker.begins", extra={"jobs": len(self._jobs)})
        await self.prepare()
        while not stop.is_set():
            await still_alone(alone)
            await self.run_due(stop)
            await self._rest(stop)
        log.info("worker.ends")

    async def _run(self, job: Job) -> None:
        """Run one job; the work and the note that it is done are stored together, or neither is."""
        now = self._clock()
        async with worker_transaction(self._sessions) as session:
            await worker_jobs.begin(session, job.name, at=now)
        try:
            async with asyncio.timeout(job.patience.total_seconds()), worker_transaction(self._sessions) as session:
                row = await worker_jobs.hold(session, job.name, at=now)
                if row is None:
                    return
                await job.run(Shift(session, self._map, self._settings, job.name, now))
                worker_jobs.done(row, at=self._clock())
        except Exception as error:
            log.exception("worker.job_failed", extra={"job": job.name})
            async with worker_transaction(self._sessions) as session:
                await worker_jobs.failed(session, job.name, at=self._clock(), error=type(error).__qualname__)
        else:
            log.debug("worker.job_done", extra={"job": job.name})

    async def _rest(self, stop: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._rest_seconds):
                await stop.wait()
        except TimeoutError:
            return
