"""`registry keys`: master keys, and what hangs on them. A rotation is: rotate-master, rewrap, reindex."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer

from registry.cli.host import settings_with
from registry.database import open_database
from registry.db import key_rotation
from registry.db.engine import Sessions, create_engine, create_sessions
from registry.db.key_rotation import Move, Moved
from registry.errors import CannotRun
from registry.settings import Settings
from registry.vault.ring import KeyRing, add_key

app = typer.Typer(help="Master keys, and what hangs on them.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def status() -> None:
    """Show the ring's keys, the newest last, and how much in the database hangs on each."""
    settings, ring = _opened()

    async def show() -> None:
        async with _sessions(settings) as sessions:
            used = {use.master_key: use for use in await key_rotation.uses(sessions)}
        for number in sorted({*ring.keys, *used}):
            use = used.get(number)
            hangs = (
                f"{use.people} people, {use.numbers} identity numbers, {use.rejections} refused operations"
                if use
                else "nothing hangs on it"
            )
            place = "newest" if number == ring.newest.number else "on the ring" if number in ring.keys else "MISSING"
            typer.echo(f"{number}  {place}  {hangs}")

    asyncio.run(show())


@app.command("rotate-master")
def rotate_master() -> None:
    """Add a new key to the ring's file; services that read the file use it at once. Keep copies of the file first."""
    settings, _ = _opened()
    if settings.master_keys_file is None:
        raise CannotRun("the ring is in the environment: add a key there, or set REGISTRY_MASTER_KEYS_FILE")
    number = add_key(settings.master_keys_file)
    typer.echo(f"Master key {number} is the newest. Copy the file to its safe places, then: rewrap, reindex.")


@app.command()
def rewrap() -> None:
    """Wrap the keys of all people and of refused operations under the newest master key, while the service runs."""
    settings, ring = _opened()
    moved = asyncio.run(_move(settings, ring, key_rotation.rewrap))
    typer.echo(f"{moved.done} keys of people are wrapped under master key {ring.newest.number} now.")
    kept = asyncio.run(_move(settings, ring, key_rotation.rewrap_rejections))
    typer.echo(f"{kept.done} keys of refused operations are wrapped under it now.")
    _require_whole(Moved(moved.done + kept.done, moved.broken + kept.broken))


@app.command()
def reindex() -> None:
    """Index all identity numbers under the newest master key, while the service runs."""
    settings, ring = _opened()
    moved = asyncio.run(_move(settings, ring, key_rotation.reindex))
    typer.echo(f"{moved.done} identity numbers are indexed under master key {ring.newest.number} now.")
    _require_whole(moved)


def _opened() -> tuple[Settings, KeyRing]:
    """Read the ring: the service's, or that of the demo in the data directory."""
    settings = settings_with("master_keys")
    try:
        return settings, settings.key_ring()
    except ValueError as error:
        raise CannotRun(str(error)) from None


@asynccontextmanager
async def _sessions(settings: Settings) -> AsyncIterator[Sessions]:
    with open_database(settings) as database:
        engine = create_engine(database.url, pool_size=1, name="registry-keys")
        yield create_sessions(engine)
        await engine.dispose()


async def _move(settings: Settings, ring: KeyRing, one_batch: Move) -> Moved:
    async with _sessions(settings) as sessions:
        return await key_rotation.move(sessions, ring, one_batch)


def _require_whole(moved: Moved) -> None:
    if moved.broken:
        raise CannotRun(f"{moved.broken} do not open and stay as they are: the lines above say whose")
