"""The worker's jobs: which are due, and what became of each run. The row's lock lets a job run once at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.worker import WorkerJobRow
from registry.domain import job
from registry.domain.job import JobOutcome


async def register(session: AsyncSession, jobs: Mapping[str, timedelta], *, at: datetime) -> None:
    """Make known which jobs there are and how often each runs; a new one is due at once."""
    for name, every in jobs.items():
        seconds = int(every.total_seconds())
        known = insert(WorkerJobRow).values(
            name=name, every_seconds=seconds, due_at=at, runs=0, failures=0, failed_in_a_row=0
        )
        sooner = func.least(col(WorkerJobRow.due_at), job.due_after_success(at, every))
        await session.exec(
            known.on_conflict_do_update(
                index_elements=["name"], set_={"every_seconds": known.excluded.every_seconds, "due_at": sooner}
            )
        )


async def due(session: AsyncSession, *, at: datetime) -> Sequence[str]:
    """Name the jobs whose time has come, the one that waits longest first."""
    query = (
        select(WorkerJobRow.name)
        .where(WorkerJobRow.due_at <= at)
        .order_by(col(WorkerJobRow.due_at), col(WorkerJobRow.name))
    )
    return (await session.exec(query)).all()


async def every(session: AsyncSession) -> Sequence[WorkerJobRow]:
    """Load all jobs by name."""
    return (await session.exec(select(WorkerJobRow).order_by(col(WorkerJobRow.name)))).all()


async def begin(session: AsyncSession, name: str, *, at: datetime) -> None:
    """Write that a run begins."""
    await session.exec(update(WorkerJobRow).where(col(WorkerJobRow.name) == name).values(started_at=at))


async def hold(session: AsyncSession, name: str, *, at: datetime) -> WorkerJobRow | None:
    """Hold a job that is due for the rest of the transaction; None where another worker holds it or has done it."""
    query = select(WorkerJobRow).where(WorkerJobRow.name == name, WorkerJobRow.due_at <= at)
    return (await session.exec(query.with_for_update(skip_locked=True))).one_or_none()


def done(row: WorkerJobRow, *, at: datetime) -> None:
    """Write that a held job is done; it is stored together with the work."""
    row.finished_at, row.outcome, row.error = at, JobOutcome.DONE, None
    row.due_at = job.due_after_success(at, timedelta(seconds=row.every_seconds))
    row.runs += 1
    row.failed_in_a_row = 0


async def failed(session: AsyncSession, name: str, *, at: datetime, error: str) -> None:
    """Write that a run failed, and put off the next one."""
    row = (await session.exec(select(WorkerJobRow).where(WorkerJobRow.name == name).with_for_update())).one()
    row.finished_at, row.outcome, row.error = at, JobOutcome.FAILED, error[:100]
    row.runs += 1
    row.failures += 1
    row.failed_in_a_row += 1
    row.due_at = job.due_after_failure(at, failed_in_a_row=row.failed_in_a_row)
    session.add(row)


async def forget(session: AsyncSession, known: Iterable[str], *, due_before: datetime) -> None:
    """Take away the rows of jobs that no release has any more."""
    old = delete(WorkerJobRow).where(col(WorkerJobRow.name).not_in(known), col(WorkerJobRow.due_at) < due_before)
    await session.exec(old)
