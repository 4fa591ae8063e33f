"""`registry db`: schema, roles, backup and restore."""

import asyncio
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer
from alembic.util import CommandError

from registry.database import one_transaction, open_database, prepare
from registry.db import backup as backups
from registry.db import migrate, roles, state
from registry.db.roles import Component
from registry.embedded import EmbeddedPostgres
from registry.errors import CannotRun
from registry.settings import Settings

app = typer.Typer(help="The database: schema, roles, backup, restore.", no_args_is_help=True, rich_markup_mode=None)

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.", dir_okay=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command()
def upgrade() -> None:
    """Bring the schema and the map up to this release."""
    with open_database(Settings()) as database:
        asyncio.run(prepare(database.url))
    typer.echo(f"The schema is at {migrate.head()}.")


@app.command()
def current() -> None:
    """Show which revision the schema is at, and which one this release needs."""
    with open_database(Settings()) as database:
        revision = asyncio.run(_revision(database.url))
    typer.echo(f"{revision or 'no schema'} (this release needs {migrate.head()})")


@app.command()
def check() -> None:
    """Compare the tables in the code with what the migrations make, on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="registry-check-") as directory:
        Path(directory).chmod(0o755)  # root's server runs under another account
        with EmbeddedPostgres(Path(directory, "data")) as server:
            try:
                asyncio.run(_upgrade_and_check(server.url()))
            except CommandError as error:
                raise CannotRun(f"migrations: {error}") from error


@app.command("roles")
def let_act(
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="The login.")],
    component: Annotated[
        Component | None,
        typer.Option("--for", help="What alone uses the login; without, it may act for all but the backup."),
    ] = None,
) -> None:
    """Make the roles of the application, and let a login act in those that a component takes, and in no other of them.

    Run it as the server's administrator.
    """
    with open_database(Settings()) as database:
        asyncio.run(_let_act(database.url, login, roles.TAKEN_BY[component] if component else roles.ALL_THAT_ACT))
    typer.echo(f"{login} may act for {f'the {component} alone' if component else 'the service'}.")


@app.command()
def backup(file: BackupFile) -> None:
    """Write the whole database into a new file, for `registry db restore`."""
    with open_database(Settings()) as database:
        backups.backup(database.url, file, programs=database.programs)
    typer.echo(
        f"Written to {file}. Keep the secret and the master keys of the service elsewhere: the file holds neither."
    )


@app.command()
def restore(file: BackupFile, *, yes: Yes = False) -> None:
    """Replace everything in the database by a backup. Clients begin their synchronisation anew."""
    if not yes:
        typer.confirm("Replace everything in the database?", abort=True)
    with open_database(Settings()) as database:
        backups.restore(database.url, file, programs=database.programs)
    typer.echo("Restored. The feed has a new epoch: clients fetch everything again.")


@app.command("new-epoch")
def begin_anew(*, yes: Yes = False) -> None:
    """Begin another epoch of the feed: once after a recovery to a point in time, or a failover that lost something.

    Replicas and devices hold changes that the database no longer knows, and positions that it will give a second time.
    In the new epoch they fetch everything again, and devices send again what is missing. Not needed after `restore`.
    """
    if not yes:
        typer.confirm("Have all replicas and devices fetch everything again?", abort=True)
    with open_database(Settings()) as database:
        backups.begin_anew(database.url, programs=database.programs)
    typer.echo("The feed has a new epoch: clients fetch everything again.")


async def _revision(url: str) -> str | None:
    async with one_transaction(url) as session:
        return await state.revision(session)


async def _let_act(url: str, login: str, wanted: Collection[str]) -> None:
    async with one_transaction(url) as session:
        found = await roles.login(session, login, wanted=wanted)
        if found is None:
            raise CannotRun(f"there is no login {login}: create it first")
        if found.is_above_policies:
            raise CannotRun(f"{login} is above the row policies: a superuser, an owner, or a member of such a role")
        await roles.make(session)
        await roles.let_act(session, login, wanted)


async def _upgrade_and_check(url: str) -> None:
    await migrate.upgrade(url)
    await migrate.check(url)
