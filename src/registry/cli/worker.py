"""`registry worker`: what time brings about, beside the service."""

import asyncio
from datetime import datetime

import typer

from registry import logs, service
from registry.api.clock import system_clock
from registry.database import one_transaction, open_database
from registry.db import context, worker_jobs
from registry.db.roles import Component
from registry.db.tables.worker import WorkerJobRow
from registry.domain.job import late
from registry.settings import Settings
from registry.usecases import sealing
from registry.worker.process import work_until_signal

app = typer.Typer(
    help="What time brings about: expiries, reminders, purges. One runs, further ones wait.", rich_markup_mode=None
)


@app.callback(invoke_without_command=True)
def worker(context: typer.Context) -> None:
    """Run the worker until SIGTERM or Ctrl-C; a second one waits, and takes over when the first is gone."""
    if context.invoked_subcommand is not None:
        return
    settings = Settings().of_worker()
    service.require_production(settings)
    sealing.signer_of(settings)  # without it nothing would prove who looked, and nobody would notice
    logs.configure("json")
    with open_database(settings) as database:
        url = asyncio.run(service.bound_address(database, Component.WORKER, may_forget=settings.may_forget))
        asyncio.run(work_until_signal(url, settings))


@app.command()
def status() -> None:
    """Show each job: name, how its last run ended and when, runs, failures, how late it is."""

    async def show() -> None:
        async with one_transaction(database.url) as session:
            await context.close(session)
            for row in await worker_jobs.every(session):
                typer.echo(_line(row, now=system_clock()))

    with open_database(Settings().of_worker()) as database:
        asyncio.run(show())


def _line(row: WorkerJobRow, *, now: datetime) -> str:
    seconds = int(late(row.due_at, at=now).total_seconds())
    ended = "never" if row.finished_at is None else f"{row.finished_at:%Y-%m-%dT%H:%M:%SZ}"
    outcome = row.error if row.error is not None else row.outcome or "waiting"
    return "  ".join(
        (
            row.name,
            outcome,
            ended,
            f"{row.runs} runs",
            f"{row.failures} failures",
            f"{seconds} s late" if seconds else "on time",
        )
    )
