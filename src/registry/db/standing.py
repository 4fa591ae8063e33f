"""What the registry holds of a caller, read at every request and so in one round trip.

Software that is not registered costs a second one: whether it was is asked for then only.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Text, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import clients
from registry.db.prepared import Prepared
from registry.domain.access import Grant, Role
from registry.domain.client import Client, ClientKind


@dataclass(frozen=True, slots=True)
class Standing:
    """The software that calls, the grants in force, and what was ended before its time."""

    epoch: int
    """Moves with everything that ends tokens."""
    tokens_from: datetime | None
    """The subject's tokens that were issued before this are refused."""
    client: Client | None
    vendor: Client | None
    grants: tuple[Grant, ...]
    is_software_ended: bool
    """Whether client or vendor was registered once and is no more: never the same as one that nobody registered."""


_STANDING = Prepared(
    text("""
    SELECT
        epoch, tokens_from,
        client_kind, client_unit_id, client_key, client_keys_since,
        vendor_kind, vendor_unit_id, vendor_key, vendor_keys_since,
        grant_id, role, unit_id, organisation_id, from_on, to_on, seat_unit_id
    FROM app.standing(:issuer, :subject, :client_id, :vendor, :today)
""").bindparams(
        *(bindparam(name, type_=Text) for name in ("issuer", "subject", "client_id", "vendor")),
        bindparam("today", type_=Date),
    )
)


async def of(
    session: AsyncSession, *, issuer: str, subject: str, client_id: str, vendor: str | None, today: date
) -> Standing:
    """Read where a caller stands today. Grants for a voided organisation are not in force; a revoked client is none."""
    rows = await _STANDING.all(session, issuer=issuer, subject=subject, client_id=client_id, vendor=vendor, today=today)
    (epoch, tokens_from, *software) = rows[0][:10]
    grants = tuple(Grant(row[10], Role(row[11]), *row[12:]) for row in rows if row[10] is not None)
    client, acting = _client(*software[:4]), _client(*software[4:])
    unknown = [name for name, found in ((client_id, client), (vendor, acting)) if name is not None and found is None]
    ended = bool(unknown) and await clients.have_been(session, issuer=issuer, client_ids=unknown)
    return Standing(epoch, tokens_from, client, acting, grants, ended)


def _client(kind: str | None, *others: Any) -> Client | None:  # noqa: ANN401 - the columns of the function
    return None if kind is None else Client(ClientKind(kind), *others)
