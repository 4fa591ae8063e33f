"""`registry policy`: who may do what, and why."""

from pathlib import Path
from typing import Annotated

import typer

from registry.api import policy_page
from registry.api.operations import operations_of
from registry.cli.openapi import application_of_routes
from registry.errors import CannotRun

COMMITTED = Path("docs", "policy.md")


def policy(
    *, check: Annotated[bool, typer.Option("--check", help=f"Compare with {COMMITTED} instead of printing.")] = False
) -> None:
    """Print the policy: role by permission and purpose, by group of fields, and by operation."""
    page = policy_page.render(operations_of(application_of_routes()))
    if not check:
        typer.echo(page, nl=False)
    elif page != COMMITTED.read_text(encoding="utf-8"):
        raise CannotRun(f"{COMMITTED} is not what the code admits by: registry policy > {COMMITTED}")
