"""`registry token`: a token for trying things out, in a demo only."""

import asyncio
from typing import Annotated

import typer

from registry.api.clock import local_date, system_clock
from registry.cli.options import OnOption, OrganisationOption, RoleOption
from registry.database import one_transaction, open_database
from registry.db import state
from registry.db.units import load_atlas
from registry.demo.setup import DemoHome
from registry.demo.tokens import PROVINCE, Post, sign_in
from registry.errors import CannotRun
from registry.settings import Settings


def token(
    role: RoleOption,
    unit: Annotated[str, typer.Option("--unit", help="Code of the unit.")] = PROVINCE,
    on: OnOption = None,
    organisation: OrganisationOption = None,
) -> None:
    """Print a token of the demo's test issuer, valid for 24 hours; the running demo accepts it at once."""
    settings = Settings()
    home = DemoHome.of(settings)
    home.require()
    post = Post(role, unit, on.date() if on else None, organisation)
    with open_database(settings) as database:
        typer.echo(asyncio.run(_token(database.url, home, post)))


async def _token(url: str, home: DemoHome, post: Post) -> str:
    now = system_clock()
    async with one_transaction(url) as session:
        if await state.revision(session) is None or await state.demo(session) is None:
            raise CannotRun("this database holds no demo: tokens come from your own issuer")
        return await sign_in(session, home.issuer, await load_atlas(session), post, now=now, today=local_date(now))
