"""`registry grants`: give, list and revoke on the host; the first administrator comes from here."""

import asyncio
import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

import typer

from registry.api.clock import local_date, system_clock
from registry.cli.options import OnOption, OrganisationOption, RoleOption
from registry.database import one_transaction, open_database
from registry.db import context
from registry.db.tables.trail import AccessGrantRow
from registry.db.trail import Act
from registry.db.units import load_atlas
from registry.domain.access import Purpose
from registry.errors import CannotRun
from registry.settings import Settings
from registry.usecases import grants as usecase
from registry.usecases.grants import NewGrant, Office

app = typer.Typer(help="Who may do what, and where.", no_args_is_help=True, rich_markup_mode=None)

HOST = "urn:registry:host"
"""The issuer in audit rows of what is done on the host; the subject is the account of the machine."""

SubjectOption = Annotated[str, typer.Option("--subject", help="`sub` of the tokens.")]


@app.command()
def add(
    role: RoleOption,
    subject: SubjectOption,
    issuer: Annotated[
        str | None, typer.Option("--issuer", help="`iss` of the tokens; the only one configured.")
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Code of the unit.")] = None,
    on: OnOption = None,
    organisation: OrganisationOption = None,
    from_: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; today.")] = None,
    to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; none.")] = None,
) -> None:
    """Give a role over a unit or for an organisation, and print the grant's id."""
    settings = Settings()
    new = NewGrant(
        id=uuid4(),
        issuer=issuer or _only_issuer(settings),
        subject=subject,
        role=role,
        unit_code=unit,
        unit_on=on.date() if on else None,
        organisation_id=organisation,
        from_on=from_.date() if from_ else None,
        to_on=to.date() if to else None,
    )

    async def give() -> UUID:
        async with _office(database.url, "registry grants add") as office:
            row, _ = await usecase.give(office, new)
            return row.id

    with open_database(settings) as database:
        typer.echo(asyncio.run(give()))


@app.command("list")
def list_grants(
    subject: Annotated[str | None, typer.Option("--subject", help="Only those of this subject.")] = None,
) -> None:
    """List all grants, one per line: id, role, target, days, state, subject, issuer."""

    async def show() -> None:
        after = None
        async with _office(database.url, "registry grants list") as office:
            while True:
                rows = await usecase.page(office, subject=subject, limit=500, after=after)
                for row in rows[:500]:
                    typer.echo(_line(row, is_continued=office.is_continued(row)))
                if len(rows) <= 500:
                    return
                after = rows[499].id

    with open_database(Settings()) as database:
        asyncio.run(show())


@app.command()
def revoke(grant_id: Annotated[UUID, typer.Argument(metavar="ID", help="Id of the grant.")]) -> None:
    """End a grant at once."""

    async def end() -> None:
        async with _office(database.url, "registry grants revoke") as office:
            await usecase.revoke(office, grant_id)

    with open_database(Settings()) as database:
        asyncio.run(end())
    typer.echo(f"{grant_id} is revoked.")


@asynccontextmanager
async def _office(url: str, operation: str) -> AsyncIterator[Office]:
    now = system_clock()
    act = Act(
        issuer=HOST,
        subject=getpass.getuser(),
        client_id="registry-cli",
        on_behalf_of=None,
        purpose=Purpose.ADMINISTRATION,
        operation=operation,
        request_id=uuid4(),
        at=now,
    )
    async with one_transaction(url) as session:
        await context.close(session)
        yield Office(session, act, await load_atlas(session), local_date(now), scope=None)


def _only_issuer(settings: Settings) -> str:
    if len(settings.issuers) != 1:
        raise CannotRun("name the issuer of the subject's tokens with --issuer")
    return settings.issuers[0].issuer


def _line(row: AccessGrantRow, *, is_continued: bool) -> str:
    target = str(row.organisation_id) if row.organisation_id else f"{row.unit_code} on {row.unit_on}"
    state = "revoked" if row.revoked_at else "continued" if is_continued else "given"
    days = f"{row.from_on} to {row.to_on or '...'}"
    return "  ".join((str(row.id), row.role.value, target, days, state, row.subject, row.issuer))
