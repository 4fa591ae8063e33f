"""The worker: one at a time, each job in a transaction of its own, and no failure that stops the rest."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.db.tables.worker import WorkerJobRow
from registry.domain.job import JobOutcome
from registry.worker.job import Job, Shift
from registry.worker.lock import WORKER_LOCK
from registry.worker.run import Worker
from tests.conftest import NOW
from tests.factories.clock import Clock
from tests.worker.conftest import Ask, Hire

Rows = Callable[[], Awaitable[dict[str, WorkerJobRow]]]

MINUTE = timedelta(minutes=1)
PATIENCE_SECONDS = 20
HOLDER = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = :key AND granted"
END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"


class Diary:
    """A job that writes down its runs where the transaction decides whether they count: as a job's row of its own."""

    def __init__(self, name: str = "diary") -> None:
        self.begun = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.job = Job(name, MINUTE, self.run)

    async def run(self, shift: Shift) -> None:
        entry = text("INSERT INTO worker_job VALUES (:name, 1, '9999-01-01', NULL, NULL, NULL, NULL, 0, 0, 0)")
        await (await shift.session.connection()).execute(entry, {"name": f"entry-{shift.request_id.hex}"})
        self.begun.set()
        await self.may_go_on.wait()


async def entries(rows: Rows) -> int:
    return sum(name.startswith("entry-") for name in await rows())


async def fail(_: Shift) -> None:
    raise LookupError("0912345678")


async def run_due(worker: Worker) -> None:
    """One round of a worker that is alone."""
    await worker.prepare()
    await worker.run_due(asyncio.Event())


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[asyncio.Event]:
    """Let a worker work in the background."""
    stop = asyncio.Event()
    day = asyncio.create_task(worker.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await day


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():  # noqa: ASYNC110 - the server tells no event of its locks
            await asyncio.sleep(0.02)


class TestJobs:
    async def test_each_runs_when_it_is_due_and_not_before(self, hire: Hire, rows: Rows, clock: Clock) -> None:
        worker = hire(Diary().job)

        await run_due(worker)
        await run_due(worker)
        assert await entries(rows) == 1
        clock.move(MINUTE)
        await run_due(worker)

        assert await entries(rows) == 2
        row = (await rows())["diary"]
        assert (row.outcome, row.runs, row.failures, row.started_at) == (JobOutcome.DONE, 2, 0, clock.now)
        assert (row.finished_at, row.due_at, row.every_seconds) == (clock.now, clock.now + MINUTE, 60)

    async def test_one_that_fails_is_counted_and_put_off_and_stops_no_other(
        self, hire: Hire, rows: Rows, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        worker = hire(Job("broken", MINUTE, fail), Diary().job)

        await run_due(worker)

        assert await entries(rows) == 1
        row = (await rows())["broken"]
        assert (row.outcome, row.error, row.failures) == (JobOutcome.FAILED, "LookupError", 1)
        assert row.due_at == NOW + timedelta(seconds=10)
        assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == ["worker.job_failed"]
        clock.move(timedelta(seconds=10))
        await run_due(worker)
        row = (await rows())["broken"]
        assert (row.runs, row.failures, row.failed_in_a_row) == (2, 2, 2)
        assert row.due_at == clock.now + timedelta(seconds=20)

    async def test_one_that_recovers_begins_anew(self, hire: Hire, rows: Rows, clock: Clock) -> None:
        await run_due(hire(Job("diary", MINUTE, fail)))
        clock.move(MINUTE)

        await run_due(hire(Diary().job))

        row = (await rows())["diary"]
        assert (row.outcome, row.error, row.failures, row.failed_in_a_row) == (JobOutcome.DONE, None, 1, 0)

    async def test_what_a_failed_run_wrote_is_gone(self, hire: Hire, rows: Rows) -> None:
        diary = Diary()

        async def write_and_fail(shift: Shift) -> None:
            await diary.run(shift)
            await fail(shift)

        await run_due(hire(Job("broken", MINUTE, write_and_fail)))

        assert await entries(rows) == 0
        assert (await rows())["broken"].failures == 1

    async def test_one_that_takes_too_long_is_ended(self, hire: Hire, rows: Rows) -> None:
        async def dream(_: Shift) -> None:
            await asyncio.Event().wait()

        await run_due(hire(Job("dream", MINUTE, dream, patience=timedelta(milliseconds=50))))

        assert (await rows())["dream"].error == "TimeoutError"

    async def test_one_that_ran_and_was_killed_before_it_was_written_down_runs_again_and_counts_once(
        self, hire: Hire, rows: Rows, ask: Ask, clock: Clock
    ) -> None:
        diary = Diary()

        async def be_killed(shift: Shift) -> None:
            await diary.run(shift)
            await ask(END, name="worker-0")

        await run_due(hire(Job("diary", MINUTE, be_killed)))
        assert await entries(rows) == 0
        assert (await rows())["diary"].outcome is JobOutcome.FAILED

        clock.move(MINUTE)
        await run_due(hire(diary.job))

        assert await entries(rows) == 1

    async def test_one_that_no_release_has_is_forgotten_in_the_end(self, hire: Hire, rows: Rows, clock: Clock) -> None:
        await run_due(hire(Diary("former").job))
        worker = hire(Diary().job)

        clock.move(timedelta(days=30))
        await worker.prepare()
        assert "former" in await rows()
        clock.move(timedelta(days=1))
        await worker.prepare()

        assert "former" not in await rows()

    async def test_one_that_is_to_run_more_often_does(self, hire: Hire, rows: Rows) -> None:
        diary = Diary()
        await run_due(hire(Job("diary", timedelta(days=1), diary.run)))

        await hire(diary.job).prepare()

        row = (await rows())["diary"]
        assert (row.every_seconds, row.due_at) == (60, NOW + MINUTE)


class TestOneAtATime:
    async def test_a_second_worker_takes_over_when_the_first_dies(self, hire: Hire, rows: Rows, ask: Ask) -> None:
        first, second = Diary(), Diary()
        first.may_go_on.clear()
        async with working(hire(first.job)):
            await asyncio.wait_for(first.begun.wait(), PATIENCE_SECONDS)
            async with working(hire(second.job)):
                assert not second.begun.is_set()
                await ask(END, name="worker-0")
                await asyncio.wait_for(second.begun.wait(), PATIENCE_SECONDS)
                first.may_go_on.set()

        assert await entries(rows) == 1

    async def test_one_that_has_lost_its_lock_alone_still_runs_its_job_alone(
        self, hire: Hire, rows: Rows, ask: Ask
    ) -> None:
        first, second = Diary(), Diary()
        first.may_go_on.clear()

        async def holder() -> list[tuple[object, ...]]:
            return await ask(HOLDER, key=WORKER_LOCK)

        async with working(hire(first.job)):
            await asyncio.wait_for(first.begun.wait(), PATIENCE_SECONDS)
            async with working(hire(second.job)):
                ((before,),) = await holder()
                await ask("SELECT pg_terminate_backend(:pid)", pid=before)

                async def another_holds_it() -> bool:
                    return (await holder()) not in ([], [(before,)])

                await until(another_holds_it)
                assert not second.begun.is_set()
                first.may_go_on.set()

        assert await entries(rows) == 1
        assert not second.begun.is_set()

    async def test_what_another_has_done_meanwhile_is_left_alone(self, hire: Hire, rows: Rows, clock: Clock) -> None:
        diary = Diary()
        other = hire(diary.job)

        async def let_the_other_work(_: Shift) -> None:
            await other.run_due(asyncio.Event())

        worker = hire(Job("before", MINUTE, let_the_other_work), diary.job)
        await worker.prepare()
        clock.move(timedelta(seconds=1))
        await worker.run_due(asyncio.Event())

        assert await entries(rows) == 1

    async def test_the_job_under_way_is_finished_before_the_end(self, hire: Hire, rows: Rows) -> None:
        diary = Diary()
        diary.may_go_on.clear()
        async with working(hire(diary.job)) as stop:
            await asyncio.wait_for(diary.begun.wait(), PATIENCE_SECONDS)
            stop.set()
            assert await entries(rows) == 0
            diary.may_go_on.set()

        assert await entries(rows) == 1

    async def test_one_that_stops_leaves_the_lock_to_the_next(self, hire: Hire) -> None:
        for diary in (Diary("first"), Diary("second")):
            async with working(hire(diary.job)):
                await asyncio.wait_for(diary.begun.wait(), PATIENCE_SECONDS)

    async def test_a_lost_database_does_not_end_it(
        self, hire: Hire, ask: Ask, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        diary = Diary()
        async with working(hire(diary.job)):
            await asyncio.wait_for(diary.begun.wait(), PATIENCE_SECONDS)
            diary.begun.clear()
            await ask(END, name="worker-0")
            clock.move(MINUTE)
            await asyncio.wait_for(diary.begun.wait(), PATIENCE_SECONDS)

        assert "worker.interrupted" in {record.message for record in caplog.records}
