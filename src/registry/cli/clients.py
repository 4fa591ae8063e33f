"""`registry clients`: which software may call; registered, given new keys and revoked on the host."""

import asyncio
import re
from typing import Annotated
from uuid import UUID, uuid4

import typer

from registry.cli.host import only_issuer, open_office
from registry.cli.options import IssuerOption, OnOption
from registry.database import open_database
from registry.db.tables.clients import ApiClientRow
from registry.domain.client import ClientKind
from registry.settings import Settings
from registry.usecases import clients as usecase
from registry.usecases.clients import NewClient

app = typer.Typer(help="Which software may call.", no_args_is_help=True, rich_markup_mode=None)


def thumbprint_of(text: str) -> str:
    """Read the thumbprint of a key: SHA-256 in base64url."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", text):
        raise typer.BadParameter("a thumbprint (RFC 7638) has 43 letters, digits, - or _")
    return text


IdArgument = Annotated[UUID, typer.Argument(metavar="ID", help="Id of the registration: the first word of the list.")]
ThumbprintOption = Annotated[
    str | None,
    typer.Option("--key-thumbprint", parser=thumbprint_of, metavar="JKT", help="The one key its tokens are bound to."),
]


@app.command()
def add(
    client_id: Annotated[
        str, typer.Option("--client-id", help="`client_id` of the tokens; for vendors also `act.sub`.")
    ],
    kind: Annotated[ClientKind, typer.Option("--kind", help="An officers' app, a province's server, or a vendor's.")],
    label: Annotated[str, typer.Option("--label", help="What people call it.")],
    issuer: IssuerOption = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Code of the unit in which it may act; anywhere.")] = None,
    on: OnOption = None,
    key_thumbprint: ThumbprintOption = None,
) -> None:
    """Let software call, and print the registration's id."""
    settings = Settings()
    new = NewClient(
        id=uuid4(),
        issuer=issuer or only_issuer(settings),
        client_id=client_id,
        kind=kind,
        label=label,
        unit_code=unit,
        unit_on=on.date() if on else None,
        key_thumbprint=key_thumbprint,
    )

    async def register() -> UUID:
        async with open_office(database.url, "registry clients add") as office:
            return (await usecase.register(office, new)).id

    with open_database(settings) as database:
        typer.echo(asyncio.run(register()))


@app.command("list")
def list_clients() -> None:
    """List all clients, one per line: id, kind, client_id, unit, state, key, label, issuer."""

    async def show() -> None:
        async with open_office(database.url, "registry clients list") as office:
            for row in await usecase.every(office):
                typer.echo(_line(row))

    with open_database(Settings()) as database:
        asyncio.run(show())


@app.command()
def rotate(client_id: IdArgument, key_thumbprint: ThumbprintOption = None) -> None:
    """Refuse the tokens that a client obtained before now: it has new keys at its issuer."""

    async def renew() -> None:
        async with open_office(database.url, "registry clients rotate") as office:
            await usecase.rotate(office, client_id, key_thumbprint=key_thumbprint)

    with open_database(Settings()) as database:
        asyncio.run(renew())
    typer.echo(f"{client_id}: tokens issued before now are refused.")


@app.command()
def revoke(client_id: IdArgument) -> None:
    """Let a client call no more, at once."""

    async def end() -> None:
        async with open_office(database.url, "registry clients revoke") as office:
            await usecase.revoke(office, client_id)

    with open_database(Settings()) as database:
        asyncio.run(end())
    typer.echo(f"{client_id} is revoked.")


def _line(row: ApiClientRow) -> str:
    place = "everywhere" if row.unit_code is None else f"{row.unit_code} on {row.unit_on}"
    state = "revoked" if row.revoked_at else "rotated" if row.rotated_at else "registered"
    facts = (str(row.id), row.kind.value, row.client_id, place, state, row.key_thumbprint or "any key")
    return "  ".join((*facts, row.label, row.issuer))
