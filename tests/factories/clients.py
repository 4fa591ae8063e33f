"""Registered clients, and an office on the host to change them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from uuid import uuid4

from fastapi import FastAPI

from registry.db import context
from registry.db.engine import transaction
from registry.db.tables.clients import ApiClientRow
from registry.db.trail import Act
from registry.demo.issuer import ISSUER
from registry.domain.access import Purpose
from registry.domain.client import ClientKind
from registry.usecases.clients import NewClient, register
from registry.usecases.office import Office
from tests.conftest import NOW, TODAY


@asynccontextmanager
async def host(app: FastAPI, *, at: datetime = NOW) -> AsyncIterator[Office]:
    """Work as a command on the host does."""
    act = Act(
        issuer="urn:registry:host",
        subject="tests",
        client_id="registry-cli",
        on_behalf_of=None,
        purpose=Purpose.ADMINISTRATION,
        operation="a test",
        request_id=uuid4(),
        at=at,
    )
    async with transaction(app.state.sessions) as session:
        await context.act_on_access(session)
        yield Office(session, act, app.state.atlas, TODAY, scope=None)


async def a_client(
    app: FastAPI,
    client_id: str,
    kind: ClientKind = ClientKind.APP,
    *,
    unit: tuple[str, date] | None = None,
    key_thumbprint: str | None = None,
    issuer: str = ISSUER,
) -> ApiClientRow:
    """Register a client."""
    new = NewClient(
        id=uuid4(),
        issuer=issuer,
        client_id=client_id,
        kind=kind,
        label="A client of the tests",
        unit_code=unit[0] if unit else None,
        unit_on=unit[1] if unit else None,
        key_thumbprint=key_thumbprint,
    )
    async with host(app) as office:
        return await register(office, new)
