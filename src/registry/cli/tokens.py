"""`registry tokens`: end the tokens of somebody before their time, on the host."""

import asyncio
from typing import Annotated
from uuid import uuid4

import typer

from registry.cli.host import only_issuer, open_office
from registry.cli.options import IssuerOption, SubjectOption
from registry.database import open_database
from registry.domain.client import RevocationReason
from registry.settings import Settings
from registry.usecases import revocations as usecase
from registry.usecases.revocations import NewRevocation

app = typer.Typer(help="Tokens before their time.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def revoke(
    subject: SubjectOption,
    issuer: IssuerOption = None,
    reason: Annotated[RevocationReason, typer.Option("--reason", help="Why, for the audit log.")] = (
        RevocationReason.OTHER
    ),
) -> None:
    """Refuse every token of a subject that was issued before now. Grants stay: those are revoked apart."""
    settings = Settings()
    new = NewRevocation(uuid4(), issuer or only_issuer(settings), subject, reason)

    async def end() -> None:
        async with open_office(database.url, "registry tokens revoke") as office:
            await usecase.revoke(office, new)

    with open_database(settings) as database:
        asyncio.run(end())
    typer.echo(f"Tokens of {subject} that were issued before now are refused.")
