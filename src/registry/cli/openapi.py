"""`registry openapi`: the specification of the API."""

import secrets
from pathlib import Path
from typing import Annotated

import typer
from fastapi import FastAPI
from pydantic import SecretStr

from registry.api import openapi as specification
from registry.api.app import create_app
from registry.errors import CannotRun
from registry.settings import Settings
from registry.vault.ring import new_entry

COMMITTED = Path("openapi", "registry.json")


def application_of_routes() -> FastAPI:
    """Make the application for reading its routes. It answers no request, so any secrets will do."""
    secret, master_keys = SecretStr(secrets.token_hex()), SecretStr(new_entry(1))
    return create_app(
        Settings(secret=secret, secret_file=None, master_keys=master_keys, master_keys_file=None, issuers=())
    )


def openapi(
    *, check: Annotated[bool, typer.Option("--check", help=f"Compare with {COMMITTED} instead of printing.")] = False
) -> None:
    """Print the specification (OpenAPI 3.1)."""
    app = application_of_routes()
    if not check:
        typer.echo(specification.dump(app), nl=False)
        return
    for line in (differences := specification.check(app, COMMITTED)):
        typer.echo(line)
    if differences:
        raise CannotRun(f"{COMMITTED} is not what the routes say: registry openapi > {COMMITTED}")
