"""`registry demo`: a province of invented people, with everything it needs."""

from typing import Annotated

import typer

from registry.cli.options import HostOption, PortOption
from registry.demo import run
from registry.demo.setup import DemoHome
from registry.errors import CannotRun
from registry.settings import Settings

app = typer.Typer(help="A province of invented people, with everything it needs.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def demo(
    context: typer.Context,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    *,
    empty: Annotated[bool, typer.Option("--empty", help="Serve without posting the demo province.")] = False,
    people: Annotated[
        int | None, typer.Option("--people", min=1, help="Post so many of its people only; reports count less then.")
    ] = None,
) -> None:
    """Start the demo; the first start posts the demo province, later ones find it there."""
    if context.invoked_subcommand is None:
        run.run(host, port, people=0 if empty else people)


@app.command()
def reset(*, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Remove the demo's data."""
    settings = Settings()
    if settings.database_url is not None:
        raise CannotRun("the demo's data are in a database of yours: drop it there, REGISTRY_DATABASE_URL names it")
    home = DemoHome.of(settings)
    home.require()
    if not yes:
        typer.confirm(f"Remove the demo in {home.data_dir}?", abort=True)
    home.remove()
    typer.echo(f"The demo in {home.data_dir} is gone.")
