"""What records of support share: they name an organisation of the network, and let it reach the person."""

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from registry.api.kinds.own_organisations import named_organisation, require_at_work
from registry.api.records.kind import Desk, Draft
from registry.api.schemas.accompaniments import AccompanimentBody
from registry.api.schemas.memberships import MembershipBody
from registry.db import organisations, reach
from registry.db.records import AnyRow
from registry.db.tables.columns import OfPerson
from registry.db.tables.situation import OrganisationRow
from registry.domain.organisation import OrganisationKind, ReachReason
from registry.domain.person import PersonRestricted, Processing
from registry.domain.record import RecordState
from registry.domain.support import SupportBasis


async def open_reach(
    desk: Desk,
    draft: Draft[Any],
    *kinds: OrganisationKind,
    because: ReachReason,
    organisation_id: UUID,
    basis: SupportBasis,
    ended_on: date | None,
) -> None:
    """Let the organisation that a record names reach its person until some time after the record has ended, or it has.

    The organisation is of one of the kinds, wherever it lies. On the ground of consent alone a restricted person is
    opened to none anew: neither to another one, nor again, nor for longer.
    """
    person, linger = draft.owner, timedelta(days=desk.settings.reach_days)
    if getattr(draft.former, "organisation_id", None) != organisation_id:
        await named_organisation(desk, organisation_id, *kinds)
    last_on = await _last_day_at(desk, organisation_id, ended_on)
    if person.processing is Processing.RESTRICTED and basis is SupportBasis.CONSENT:
        until_on = reach.last_day(last_on, linger)
        if not await _is_open_by_consent(desk, draft, organisation_id=organisation_id, until_on=until_on):
            raise PersonRestricted(pointer="/organisation_id")
    opened = partial(
        reach.follow,
        desk.session,
        person_id=person.id,
        unit_id=person.unit_id,
        because=because,
        record_id=draft.id,
        organisation_id=organisation_id,
        from_on=desk.actor.today,
        linger=linger,
    )
    await opened(ended_on=last_on)
    if (anew := await _last_day_at(desk, organisation_id, ended_on)) != last_on:
        await opened(ended_on=anew)  # it was closed meanwhile by somebody who could not see this reach yet


async def require_begun_at_work(desk: Desk, draft: Draft[MembershipBody] | Draft[AccompanimentBody]) -> None:
    """Refuse what begins on a day on which the organisation that it names, and that was found, was not at work."""
    body = draft.body
    named = await desk.session.get_one(OrganisationRow, body.organisation_id)
    require_at_work(named, draft.former, dated_by="from_on", on=body.from_on)


async def _last_day_at(desk: Desk, organisation_id: UUID, ended_on: date | None) -> date | None:
    """Tell when a record has ended at the latest: with its organisation."""
    closed_on = await organisations.closed_on(desk.session, organisation_id)
    return min((day for day in (ended_on, closed_on) if day is not None), default=None)


async def withdraw_reach(desk: Desk, row: AnyRow) -> None:
    """End at once the reach that a voided record had opened."""
    if isinstance(row, OfPerson) and row.state is RecordState.VOIDED:
        await reach.withdraw(desk.session, person_id=row.person_id, record_id=row.id, today=desk.actor.today)


async def _is_open_by_consent(desk: Desk, draft: Draft[Any], *, organisation_id: UUID, until_on: date | None) -> bool:
    """Whether a record lets the organisation see its person by consent as it stands, and would not for longer."""
    former, today = draft.former, desk.actor.today
    names_it = getattr(former, "organisation_id", None) == organisation_id
    if not names_it or getattr(former, "legal_basis", None) is not SupportBasis.CONSENT:
        return False
    if until_on is not None and until_on < today:
        return True
    standing = await reach.standing(
        desk.session, person_id=draft.owner.id, record_id=draft.id, organisation_id=organisation_id, today=today
    )
    if standing is None:
        return False
    return standing.until_on is None or (until_on is not None and until_on <= standing.until_on)
