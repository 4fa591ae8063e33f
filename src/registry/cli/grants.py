"""`registry grants`: give, list and revoke on the host; the first administrator comes from here."""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

import typer

from registry.cli.host import only_issuer, open_office
from registry.cli.options import IssuerOption, OnOption, OrganisationOption, RoleOption, SubjectOption
from registry.database import open_database
from registry.db.tables.trail import AccessGrantRow
from registry.settings import Settings
from registry.usecases import grants as usecase
from registry.usecases.grants import NewGrant

app = typer.Typer(help="Who may do what, and where.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def add(
    role: RoleOption,
    subject: SubjectOption,
    issuer: IssuerOption = None,
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
        issuer=issuer or only_issuer(settings),
        subject=subject,
        role=role,
        unit_code=unit,
        unit_on=on.date() if on else None,
        organisation_id=organisation,
        from_on=from_.date() if from_ else None,
        to_on=to.date() if to else None,
    )

    async def give() -> UUID:
        async with open_office(database.url, "registry grants add") as office:
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
        async with open_office(database.url, "registry grants list") as office:
            while True:
                rows = await usecase.page(office, subject=subject, limit=500, after=after)
                for row in rows[:500]:
                    typer.echo(_line(row, is_continued=usecase.is_continued(office, row)))
                if len(rows) <= 500:
                    return
                after = rows[499].id

    with open_database(Settings()) as database:
        asyncio.run(show())


@app.command()
def revoke(grant_id: Annotated[UUID, typer.Argument(metavar="ID", help="Id of the grant.")]) -> None:
    """End a grant at once."""

    async def end() -> None:
        async with open_office(database.url, "registry grants revoke") as office:
            await usecase.revoke(office, grant_id)

    with open_database(Settings()) as database:
        asyncio.run(end())
    typer.echo(f"{grant_id} is revoked.")


def _line(row: AccessGrantRow, *, is_continued: bool) -> str:
    target = str(row.organisation_id) if row.organisation_id else f"{row.unit_code} on {row.unit_on}"
    state = "revoked" if row.revoked_at else "continued" if is_continued else "given"
    days = f"{row.from_on} to {row.to_on or '...'}"
    return "  ".join((str(row.id), row.role.value, target, days, state, row.subject, row.issuer))
