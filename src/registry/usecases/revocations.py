"""Ending the tokens of a subject before their time, over HTTP and on the host. Leaves an audit row."""

from dataclasses import dataclass
from uuid import UUID

from registry.db import grants, revocations, trail
from registry.db.tables.clients import TokenRevocationRow
from registry.domain.client import RevocationReason, SubjectUnknown
from registry.domain.record import RecordIdConflict
from registry.usecases.grants import reach_of
from registry.usecases.office import Office

ENTITY = "token_revocation"


@dataclass(frozen=True, slots=True)
class NewRevocation:
    """A revocation as it is asked for."""

    id: UUID
    issuer: str
    subject: str
    reason: RevocationReason


async def revoke(
    office: Office, new: NewRevocation, *, fingerprint: bytes | None = None
) -> tuple[TokenRevocationRow, bool]:
    """Refuse from now on what was issued to a subject before; tell whether the revocation is new.

    An administrator ends the tokens of those who hold, or held, a grant within their reach; the host those of
    anybody. An id that exists answers with its revocation if the fingerprint of the first body is the same.
    """
    row, is_new = await revocations.get(office.session, new.id), False
    if row is None:
        await _require_reach(office, new)
        row, is_new = await revocations.add(
            office.session,
            TokenRevocationRow(
                id=new.id,
                issuer=new.issuer,
                subject=new.subject,
                reason=new.reason,
                revoked_at=office.act.at,
                revoked_by=office.act.author,
                fingerprint=fingerprint,
            ),
        )
    if row.fingerprint != fingerprint:
        raise RecordIdConflict(pointer="/id")
    await trail.audit(office.session, office.act, entity=ENTITY, record_id=row.id)
    return row, is_new


async def _require_reach(office: Office, new: NewRevocation) -> None:
    within = await reach_of(office)
    if within is not None and not await grants.names_subject(
        office.session, issuer=new.issuer, subject=new.subject, within=within
    ):
        raise SubjectUnknown(pointer="/subject")
