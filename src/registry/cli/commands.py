"""All commands, and the one line that each foreseen failure becomes."""

from socket import gaierror
from typing import Annotated

import asyncpg
import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import DBAPIError

from registry import __version__
from registry.api.language import Language
from registry.api.problems import CATALOGUE
from registry.cli import (
    audit,
    clients,
    database,
    demo,
    duplicates,
    grants,
    keys,
    openapi,
    policy,
    serve,
    token,
    tokens,
    worker,
)
from registry.domain.errors import DomainError
from registry.embedded import EmbeddedPostgresError
from registry.errors import CannotRun

app = typer.Typer(
    name="registry",
    help="Rehabilitation case registry.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(serve.serve)
app.add_typer(demo.app, name="demo")
app.add_typer(database.app, name="db")
app.add_typer(grants.app, name="grants")
app.add_typer(clients.app, name="clients")
app.add_typer(tokens.app, name="tokens")
app.add_typer(worker.app, name="worker")
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="keys")
app.add_typer(duplicates.app, name="duplicates")
app.command("token")(token.token)
app.command("openapi")(openapi.openapi)
app.command("policy")(policy.policy)


def _show_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"registry {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Rehabilitation case registry."""


def sentence_of(error: Exception) -> str | None:
    """Put a foreseen failure into one line; None for one that nobody foresaw."""
    match error:
        case CannotRun() | EmbeddedPostgresError():
            sentence = str(error)
        case DomainError():
            sentence = CATALOGUE[error.code].detail(Language.EN, error.facts)
        case ValidationError():
            first = error.errors(include_input=False, include_url=False)[0]
            sentence = f"REGISTRY_{'.'.join(map(str, first['loc'])).upper()}: {first['msg']}"
        case SettingsError():
            sentence = f"{error}: lists and objects are given as JSON"
        case DBAPIError() | asyncpg.PostgresError():
            sentence = f"the database refused: {str(getattr(error, 'orig', error)).partition(chr(10))[0]}"
        case ConnectionError() | TimeoutError() | gaierror() | FileNotFoundError(filename=None):
            sentence = f"the database does not answer: {error}"
        case OSError():
            parts = (error.filename, error.strerror or error)
            sentence = ": ".join(str(part) for part in parts if part is not None)
        case _:
            return None
    return sentence
