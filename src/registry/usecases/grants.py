"""Giving, showing and revoking grants, over HTTP and on the host. Every step leaves an audit row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from registry.db import grants, organisations, trail
from registry.db.tables.trail import AccessGrantRow
from registry.domain.access import Role, UnitScope, require_units
from registry.domain.errors import Forbidden, NotFound, RuleViolation
from registry.domain.organisation import OrganisationUnknown
from registry.domain.period import require_order
from registry.domain.record import RecordIdConflict, RecordState
from registry.usecases.office import Office

ENTITY = "access_grant"


class GrantTargetWrong(RuleViolation):
    """The role needs a unit and the grant names an organisation, or the other way round."""

    code = "grant_target_wrong"


class GrantToOneself(Forbidden):
    """Who gives rights over people does not take them: another administrator decides about one's own."""

    code = "grant_to_oneself"


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A grant as it is asked for; its first day is today unless it says otherwise."""

    id: UUID
    issuer: str
    subject: str
    role: Role
    unit_code: str | None = None
    unit_on: date | None = None
    organisation_id: UUID | None = None
    from_on: date | None = None
    to_on: date | None = None


async def give(office: Office, new: NewGrant, *, fingerprint: bytes | None = None) -> tuple[AccessGrantRow, bool]:
    """Give a role over a unit or for an organisation within the giver's reach; tell whether it is new.

    An id that exists answers with its grant if the fingerprint of the first body is the same.
    """
    row, is_new = await grants.get(office.session, new.id, within=None), False
    if row is None:
        row, is_new = await grants.add(office.session, await _decide(office, new, fingerprint))
    if row.fingerprint != fingerprint:
        raise RecordIdConflict(pointer="/id")
    await trail.audit(office.session, office.act, entity=ENTITY, record_id=row.id)
    return row, is_new


async def read(office: Office, grant_id: UUID) -> AccessGrantRow:
    """Show one grant within reach."""
    row = await _visible(office, grant_id, absent=NotFound())
    await trail.audit(office.session, office.act, entity=ENTITY, record_id=grant_id)
    return row


async def page(office: Office, *, subject: str | None, limit: int, after: UUID | None) -> Sequence[AccessGrantRow]:
    """Show the grants within reach, by id; one row more than `limit` tells of a next page."""
    await trail.audit(office.session, office.act, entity=ENTITY)
    return await grants.page(office.session, within=await reach_of(office), subject=subject, limit=limit, after=after)


async def let_go_on(office: Office, grant_id: UUID) -> None:
    """Let a grant on a unit that is no more go on. Nobody decides so about their own."""
    row = await _visible(office, grant_id, absent=NotFound())
    if office.act.author == f"{row.issuer}|{row.subject}":
        raise GrantToOneself
    await trail.audit(office.session, office.act, entity=ENTITY, record_id=grant_id)


async def revoke(office: Office, grant_id: UUID) -> AccessGrantRow:
    """End a grant within reach now; a second time changes nothing."""
    await _visible(office, grant_id, absent=NotFound())
    row = await grants.revoke(office.session, grant_id, at=office.act.at, by=office.act.author)
    await trail.audit(office.session, office.act, entity=ENTITY, record_id=grant_id)
    return row


async def _decide(office: Office, new: NewGrant, fingerprint: bytes | None) -> AccessGrantRow:
    if office.act.author == f"{new.issuer}|{new.subject}":
        raise GrantToOneself(pointer="/subject")
    if new.role.acts_for_organisation != (new.organisation_id is not None):
        raise GrantTargetWrong(pointer="/organisation_id")
    if new.role.acts_for_organisation == (new.unit_code is not None):
        raise GrantTargetWrong(pointer="/unit_code")
    from_on = new.from_on or office.today
    require_order(from_on, new.to_on, pointer="/to_on")
    unit_id = unit_on = None
    if new.unit_code is not None:
        unit_id, unit_on = office.named_unit(new.unit_code, new.unit_on)
        _require_reach(office, office.places_of(unit_id), pointer="/unit_code")
    if new.organisation_id is not None:
        organisation = await organisations.get(office.session, new.organisation_id)
        if organisation is None or organisation.state is RecordState.VOIDED:
            raise OrganisationUnknown(pointer="/organisation_id")
        _require_reach(office, (organisation.unit_id,), pointer="/organisation_id")
    return AccessGrantRow(
        id=new.id,
        issuer=new.issuer,
        subject=new.subject,
        role=new.role,
        unit_id=unit_id,
        unit_code=new.unit_code,
        unit_on=unit_on,
        organisation_id=new.organisation_id,
        from_on=from_on,
        to_on=new.to_on,
        granted_by=office.act.author,
        granted_at=office.act.at,
        fingerprint=fingerprint,
    )


def _require_reach(office: Office, units: Sequence[int], *, pointer: str) -> None:
    if office.scope is not None:
        require_units(office.scope, *units, pointer=pointer)


def is_continued(office: Office, row: AccessGrantRow) -> bool:
    """Tell whether the grant's unit has ended, so that it reaches what became of it and wants to be renewed."""
    return row.unit_id is not None and not office.atlas.is_in_force(row.unit_id, office.today)


async def reach_of(office: Office) -> grants.Reach | None:
    """Tell which grants the office oversees; None where it oversees all."""
    match office.scope:
        case None:
            return None
        case UnitScope(units):
            opened = set(units)
            named = await grants.named_units(office.session)
            return grants.Reach({unit for unit in named if opened.issuperset(office.places_of(unit))}, opened)
        case _:
            return grants.Reach(set(), set())


async def _visible(office: Office, grant_id: UUID, *, absent: Exception) -> AccessGrantRow:
    row = await grants.get(office.session, grant_id, within=await reach_of(office))
    if row is None:
        raise absent
    return row
