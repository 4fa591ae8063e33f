"""What the service sees of its worker: how late each job is. A dead worker is told, and does not end readiness."""

import logging
from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.clock import Clock
from registry.db import worker_jobs
from registry.db.tables.worker import WorkerJobRow
from registry.domain.job import late

log = logging.getLogger(__name__)

LATE_SECONDS = 60
"""A job that is overdue for longer is written to the log, once until it has caught up."""


class WorkerWatch(Collector):
    """The jobs as the database last showed them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: Sequence[WorkerJobRow] = ()
        self._late: set[str] = set()

    async def look(self, session: AsyncSession) -> None:
        """Read the jobs, and say which have become late and which have caught up."""
        self._jobs = await worker_jobs.every(session)
        overdue = {row.name: seconds for row in self._jobs if (seconds := self._seconds_late(row)) > LATE_SECONDS}
        for name in overdue.keys() - self._late:
            log.warning("worker.job_late", extra={"job": name, "late_seconds": int(overdue[name])})
        for name in self._late - overdue.keys():
            log.info("worker.job_caught_up", extra={"job": name})
        self._late = set(overdue)

    def lose_sight(self) -> None:
        """Go on with the jobs as they were: a missing series means a worker that never ran, not one unseen."""

    def collect(self) -> Iterator[Metric]:
        """Yield the jobs' series."""
        lateness = GaugeMetricFamily("registry_worker_job_late_seconds", "Time a job is overdue.", labels=["job"])
        runs = CounterMetricFamily("registry_worker_job_runs", "Runs of a job.", labels=["job"])
        failures = CounterMetricFamily("registry_worker_job_failures", "Runs that failed.", labels=["job"])
        for row in self._jobs:
            lateness.add_metric([row.name], self._seconds_late(row))
            runs.add_metric([row.name], row.runs)
            failures.add_metric([row.name], row.failures)
        yield from (lateness, runs, failures)

    def _seconds_late(self, row: WorkerJobRow) -> float:
        return late(row.due_at, at=self._clock()).total_seconds()
