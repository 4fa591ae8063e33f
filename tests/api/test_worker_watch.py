"""What the service tells of its worker."""

import logging
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from registry.api import watching
from registry.api.worker_watch import WorkerWatch
from registry.db.engine import transaction
from registry.db.tables.worker import WorkerJobRow
from tests.conftest import NOW


def series(watch: WorkerWatch) -> dict[str, float]:
    return {sample.name: sample.value for metric in watch.collect() for sample in metric.samples}


async def test_a_job_is_late_until_it_has_caught_up(app: FastAPI, caplog: pytest.LogCaptureFixture) -> None:
    at = NOW
    watch = WorkerWatch(lambda: at)
    assert series(watch) == {}
    async with transaction(app.state.sessions) as session:
        session.add(WorkerJobRow(name="sweep", every_seconds=60, due_at=NOW, runs=7, failures=2))
    caplog.set_level(logging.INFO)

    await watching.look([watch], app.state.sessions)
    assert series(watch) == {
        "registry_worker_job_late_seconds": 0,
        "registry_worker_job_runs_total": 7,
        "registry_worker_job_failures_total": 2,
    }
    at = NOW + timedelta(seconds=61)
    for _ in range(2):
        await watching.look([watch], app.state.sessions)
    assert series(watch)["registry_worker_job_late_seconds"] == 61
    at = NOW
    await watching.look([watch], app.state.sessions)

    told = [record.message for record in caplog.records if record.name == "registry.api.worker_watch"]
    assert told == ["worker.job_late", "worker.job_caught_up"]


async def test_a_late_worker_does_not_end_readiness(app: FastAPI, anonymous: httpx.AsyncClient) -> None:
    async with transaction(app.state.sessions) as session:
        session.add(WorkerJobRow(name="long_dead", every_seconds=60, due_at=NOW - timedelta(days=3)))

    assert (await anonymous.get("/health/ready")).status_code == 200
