"""What the demo shows on the terminal: progress, addresses, a token for each role, commands to paste."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from registry.demo.tokens import PROVINCE
from registry.domain.access import Role

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - the address to call where every interface listens


def address_of(listener: socket.socket) -> str:
    """Name the address under which this machine reaches the server."""
    host, port, *_ = listener.getsockname()
    reachable = _ANY.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


@contextmanager
def progress() -> Iterator[Callable[[int, str], None]]:
    """Draw a bar on a terminal; elsewhere write a line whenever the words change."""
    console = Console()
    if not console.is_terminal:
        said = ""

        def say(_: int, text: str) -> None:
            nonlocal said
            if text != said:
                typer.echo(text)
            said = text

        yield say
        return
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=100)
        yield lambda percent, text: bar.update(task, completed=percent, description=text)


def show(address: str, tokens: Mapping[Role, str]) -> None:
    """Say where the demo is and how to try it."""
    typer.echo(f"\nThe demo is served on {address}\n")
    for what, path in (("API page", "/docs"), ("Specification", "/openapi.json"), ("Health", "/health/ready")):
        typer.echo(f"  {what:<14} {address}{path}")
    typer.echo("\nTokens, valid for 24 hours (more: registry token --help):\n")
    for role, token in tokens.items():
        typer.echo(f"{role.value}\n{token}\n")
    typer.echo("Try it: find people, list who is in treatment, read the report of 2020.\n")
    as_json = "-H 'Content-Type: application/json'"
    bearer = f'-H "Authorization: Bearer {tokens[Role.PROVINCE_MANAGER]}"'
    typer.echo(f'curl -s {address}/v1/persons/search {bearer} {as_json} -d \'{{"name": "nguyen"}}\'\n')
    typer.echo(f'curl -s "{address}/v1/episodes?unit={PROVINCE}&status=open&on=2020-12-31" {bearer}\n')
    typer.echo(f'curl -s "{address}/v1/reports/annual?unit={PROVINCE}&year=2020" {bearer}\n')
    typer.echo("Ctrl-C stops it; the data stay.")
