"""The office on the host: what a command does in the registry is done by the machine's account, and audited."""

import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from registry.api.clock import local_date, system_clock
from registry.database import one_transaction
from registry.db import context
from registry.db.trail import Act
from registry.db.units import load_atlas
from registry.demo.setup import DemoHome
from registry.domain.access import Purpose
from registry.errors import CannotRun
from registry.settings import Settings
from registry.usecases.office import Office

HOST = "urn:registry:host"
"""The issuer in audit rows of what is done on the host; the subject is the account of the machine."""


@asynccontextmanager
async def open_office(url: str, operation: str) -> AsyncIterator[Office]:
    """Work in one transaction, without limit of reach."""
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
        await context.act_on_access(session)
        yield Office(session, act, await load_atlas(session), local_date(now), scope=None)


def settings_with(secret: str) -> Settings:
    """Take the settings of the environment; a demo that lies where they point has secrets of its own."""
    given = Settings()
    home = DemoHome.of(given)
    is_demo = getattr(given, secret) is None and home.exists
    return home.settings(given, public_url=given.public_url) if is_demo else given


def only_issuer(settings: Settings) -> str:
    """Name the issuer where there is no choice."""
    if len(settings.issuers) != 1:
        raise CannotRun("name the issuer of the subject's tokens with --issuer")
    return settings.issuers[0].issuer
