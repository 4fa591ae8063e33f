"""`registry duplicates`: look for entries that may be one person, among everybody."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from registry.api.clock import local_date, system_clock
from registry.api.database_failures import FAILURES
from registry.cli.host import open_office, settings_with
from registry.database import open_database
from registry.db import context, match_passes, trail
from registry.db.engine import Sessions, create_engine, create_sessions
from registry.db.tables.worker import MatchPassRow
from registry.domain.access import FieldGroup
from registry.errors import CannotRun
from registry.keys import Keys
from registry.settings import Settings
from registry.usecases.match_passes import Batch, Pass, Search, begin, go_on, look

app = typer.Typer(help="Entries that may be one person, among everybody.", no_args_is_help=True, rich_markup_mode=None)

TRIES, PAUSE_SECONDS = 5, 1.0
"""A batch meets a move that is under way, or a lock: it is done again, for nothing of it was kept."""
TELL_EVERY = 10_000


@app.command()
def scan(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and write nothing but that it was done.")] = False,
) -> None:
    """Put everybody into today's groups, then ask provinces about likely duplicates, while the service runs.

    What was broken off goes on; otherwise it begins anew. No pair is asked about twice.
    """
    settings = settings_with("secret")

    async def run() -> None:
        async with _opened(settings, reads_people=True) as (sessions, search):
            for which in Pass:
                typer.echo(await (_count if dry_run else _go_through)(sessions, search, which))

    asyncio.run(run())


@app.command()
def status() -> None:
    """Show how far the passes over everybody are, and whether by today's secret and rules."""
    settings = settings_with("secret")

    async def show() -> None:
        async with (
            _opened(settings, reads_people=False) as (sessions, search),
            context.worker_transaction(sessions) as session,
        ):
            for row in await match_passes.every(session):
                typer.echo(_state_of(row, search))

    asyncio.run(show())


@asynccontextmanager
async def _opened(settings: Settings, *, reads_people: bool) -> AsyncIterator[tuple[Sessions, Search]]:
    """Open the database, and write down where somebody on the host goes through everybody."""
    now = system_clock()
    try:
        keys, ring = Keys.derive(settings.secret_key()), settings.key_ring()
    except ValueError as error:
        raise CannotRun(str(error)) from None
    with open_database(settings) as database:
        async with open_office(database.url, "scan_duplicates") as office:
            if reads_people:
                groups = (FieldGroup.PERSON, FieldGroup.IDENTITY)
                await trail.audit(office.session, office.act, entity="person", groups=groups)
    with open_database(settings.of_worker()) as database:
        engine = create_engine(database.url, pool_size=1, name="registry-duplicates")
        try:
            yield create_sessions(engine), Search(keys, ring, office.atlas, now, local_date(now))
        finally:
            await engine.dispose()


async def _go_through(sessions: Sessions, search: Search, which: Pass) -> str:
    """Do a pass to its end, and say what became of it."""
    async with context.worker_transaction(sessions) as session:
        await begin(session, search, which)
    people = 0

    async def next_batch() -> Batch:
        async with context.worker_transaction(sessions) as session:
            return await go_on(session, search, which)

    while (batch := await _patiently(next_batch)).last is not None:
        people = _told(people, batch, which)
    async with context.worker_transaction(sessions) as session:
        (row,) = [row for row in await match_passes.every(session) if row.name == which]
        return _outcome(which, row.people, row.found, "are")


async def _count(sessions: Sessions, search: Search, which: Pass) -> str:
    """Do a pass, keep nothing of it, and say what would become of it."""
    people = found = 0
    last = match_passes.START

    async def next_batch() -> Batch:
        async with sessions() as session:  # never committed
            await context.act_as_worker(session)
            return await look(session, search, which, after=last)

    while (batch := await _patiently(next_batch)).last is not None:
        people, found, last = _told(people, batch, which), found + batch.found, batch.last
    return _outcome(which, people, found, "would be")


async def _patiently(work: Callable[[], Awaitable[Batch]]) -> Batch:
    for _ in range(TRIES - 1):
        try:
            return await work()
        except FAILURES:
            await asyncio.sleep(PAUSE_SECONDS)
    return await work()


def _told(people: int, batch: Batch, which: Pass) -> int:
    """Say now and then how far it is; people, with those of the batch."""
    so_far = people + batch.people
    if so_far // TELL_EVERY > people // TELL_EVERY:
        typer.echo(f"{which}: {so_far} people", err=True)
    return so_far


def _outcome(which: Pass, people: int, found: int, verb: str) -> str:
    match which:
        case Pass.GROUPS:
            return f"{people} people, {found} of whom {verb} put into other groups."
        case Pass.PAIRS:
            return f"{people} people, {found} pairs about whom provinces {verb} asked."


def _state_of(row: MatchPassRow, search: Search) -> str:
    made_by = "today's" if row.made_by == search.made_by else "ANOTHER secret or other rules"
    at = "under way" if row.finished_at is None else f"{row.finished_at:%Y-%m-%dT%H:%M:%SZ}"
    return "  ".join((row.name, at, made_by, f"{row.people} people", f"{row.found} found"))
