"""Registering software, giving it new keys, and ending its registration. Every step leaves an audit row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.db import clients, trail
from registry.db.tables.clients import ApiClientRow
from registry.domain.client import ClientAlreadyRegistered, ClientKind, PinnedKeyMissing
from registry.domain.errors import NotFound
from registry.usecases.office import Office

ENTITY = "api_client"


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client as it is to be registered; without a unit it may act wherever the grants used through it hold."""

    id: UUID
    issuer: str
    client_id: str
    kind: ClientKind
    label: str
    unit_code: str | None = None
    unit_on: date | None = None
    key_thumbprint: str | None = None


async def register(office: Office, new: NewClient) -> ApiClientRow:
    """Let a client of an issuer call."""
    if await clients.in_use(office.session, issuer=new.issuer, client_id=new.client_id) is not None:
        raise ClientAlreadyRegistered
    unit_id = unit_on = None
    if new.unit_code is not None:
        unit_id, unit_on = office.named_unit(new.unit_code, new.unit_on)
    row = ApiClientRow(
        id=new.id,
        issuer=new.issuer,
        client_id=new.client_id,
        kind=new.kind,
        label=new.label,
        unit_id=unit_id,
        unit_code=new.unit_code,
        unit_on=unit_on,
        key_thumbprint=new.key_thumbprint,
        added_at=office.act.at,
        added_by=office.act.author,
    )
    office.session.add(row)
    await trail.audit(office.session, office.act, entity=ENTITY, record_id=row.id)
    return row


async def every(office: Office) -> Sequence[ApiClientRow]:
    """Show all clients, also those that are revoked."""
    await trail.audit(office.session, office.act, entity=ENTITY)
    return await clients.every(office.session)


async def rotate(office: Office, client_id: UUID, *, key_thumbprint: str | None) -> ApiClientRow:
    """Refuse from now on the tokens that a client's former keys obtained; pin the new key where one is pinned."""
    row = await _locked(office, client_id)
    if row.revoked_at is not None:
        raise NotFound
    if row.key_thumbprint is not None and key_thumbprint is None:
        raise PinnedKeyMissing
    clients.rotate(row, key_thumbprint=key_thumbprint, at=office.act.at, by=office.act.author)
    await trail.audit(office.session, office.act, entity=ENTITY, record_id=row.id)
    return row


async def revoke(office: Office, client_id: UUID) -> ApiClientRow:
    """End a registration: no request of the client is answered any more. A second time changes nothing."""
    row = await _locked(office, client_id)
    clients.revoke(row, at=office.act.at, by=office.act.author)
    await trail.audit(office.session, office.act, entity=ENTITY, record_id=row.id)
    return row


async def _locked(office: Office, client_id: UUID) -> ApiClientRow:
    row = await clients.lock(office.session, client_id)
    if row is None:
        raise NotFound
    return row
