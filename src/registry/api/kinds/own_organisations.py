"""What kinds of organisations with a table of their own share: the record is theirs, the directory follows it.

A kind of these has `decide` make its columns with `organisations.placed` and remark on what is `left_open`; it has
`follow=listed_as(...)` and `review_void=unused`; its table is an `OwnOrganisation`.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from registry.api.kinds.organisations import ORGANISATIONS, require_unused
from registry.api.records.kind import Desk, Draft, Follow
from registry.db import organisations, reach, records
from registry.db.persons import Owner
from registry.db.records import AnyRow, Key
from registry.db.tables.network import OwnOrganisation
from registry.db.tables.situation import OrganisationRow
from registry.domain.access import OrganisationNotGranted, OrganisationScope, require_units
from registry.domain.organisation import OrganisationKind, OrganisationUnknown
from registry.domain.period import require_order
from registry.domain.person import Warning as Remark
from registry.domain.record import RecordIdConflict, RecordState

_LISTED = (
    *("unit_id", "site_unit_id", "unit_code", "code", "name", "sort_key"),
    *("opened_on", "closed_on", "state", "void_reason"),
)
"""The columns that the directory takes from the record."""
_RECORDED = ("id", "recorded_at", "changed_at", "changed_by", "fingerprint")
REFUSALS = (
    *("unit_unknown", "unit_not_in_force", "unit_not_granted"),
    *("organisation_code_taken", "dates_out_of_order", "record_id_conflict"),
)
"""What the rules of all these kinds refuse."""
VOID_REFUSALS = ("unit_not_granted", "organisation_in_use")


def listed_as(kind: OrganisationKind) -> Follow:
    """Make what follows a record of such a kind: its entry in the directory is written with it."""

    async def follow(desk: Desk, row: AnyRow) -> None:
        if not isinstance(row, OwnOrganisation):
            raise TypeError
        session, act, today = desk.session, desk.actor.act, desk.actor.today
        shown = {name: getattr(row, name) for name in _LISTED}
        if row.version == 1:
            recorded = {name: getattr(row, name) for name in _RECORDED}
            entry = OrganisationRow(**shown, **recorded, kind=kind)
            if await records.add(session, entry, act, groups=ORGANISATIONS.groups, today=today) is not None:
                raise RecordIdConflict(pointer="/id")
            return
        listed = await records.lock(session, OrganisationRow, Key(row.id), scope=desk.actor.scope, today=today)
        if listed is None or all(getattr(listed, name) == value for name, value in shown.items()):
            return
        former = listed.closed_on
        await records.change(session, listed, shown, act, groups=ORGANISATIONS.groups, today=today)
        if former != row.closed_on:
            linger = timedelta(days=desk.settings.reach_days)
            await reach.follow_closing(
                session, row.id, former=former, closed_on=row.closed_on, linger=linger, today=today
            )

    return follow


async def left_open(desk: Desk, draft: Draft[Any]) -> tuple[Remark, ...]:
    """Remind whoever closes an organisation of what goes on at it as if it were still at work."""
    former, closed_on = draft.former, draft.body.closed_on
    if not isinstance(former, OwnOrganisation) or closed_on in {None, former.closed_on}:
        return ()
    is_left = await organisations.leaves_open(desk.session, draft.id, closed_on=closed_on)
    return (Remark("organisation_closed_while_open", "/closed_on"),) if is_left else ()


async def within_reach(desk: Desk, _person: Owner | None, row: AnyRow) -> None:
    """Let only those void what a unit says of an organisation who reach the unit: its own officers may not."""
    require_units(desk.actor.scope, row.unit_id)


async def unused(desk: Desk, person: Owner | None, row: AnyRow) -> None:
    """Let only those void an organisation who may set one up there, and none that records name."""
    await within_reach(desk, person, row)
    await require_unused(desk, row.id)


async def entry_of(desk: Desk, organisation_id: UUID, *kinds: OrganisationKind, pointer: str) -> OrganisationRow:
    """Find an organisation of one of the kinds in the directory."""
    named = await organisations.get(desk.session, organisation_id)
    if named is None or named.state is RecordState.VOIDED or named.kind not in kinds:
        raise OrganisationUnknown(pointer=pointer)
    return named


async def overseen(
    desk: Desk, organisation_id: UUID, *kinds: OrganisationKind, pointer: str = "/organisation_id"
) -> OrganisationRow:
    """Find an organisation of which a unit says how it does its work: its own officers do not say it."""
    named = await entry_of(desk, organisation_id, *kinds, pointer=pointer)
    require_units(desk.actor.scope, named.unit_id, pointer=pointer)
    return named


async def named_organisation(
    desk: Desk, organisation_id: UUID, *kinds: OrganisationKind, pointer: str = "/organisation_id"
) -> OrganisationRow:
    """Find an organisation of one of the kinds that a record names; officers of an organisation name their own."""
    named = await entry_of(desk, organisation_id, *kinds, pointer=pointer)
    scope = desk.actor.scope
    if isinstance(scope, OrganisationScope) and organisation_id not in scope.organisations:
        raise OrganisationNotGranted(pointer=pointer)
    return named


def require_at_work(named: OrganisationRow, former: AnyRow | None, *, dated_by: str, on: date) -> None:
    """Refuse what is dated to a day on which the organisation was not at work. What stands may be corrected otherwise.

    The day is the one on which something begins: what lay within the organisation's life may be recorded after it.
    """
    if getattr(former, "organisation_id", None) == named.id and getattr(former, dated_by, None) == on:
        return
    pointer = f"/{dated_by}"
    require_order(named.opened_on, on, pointer=pointer)
    require_order(on, named.closed_on, pointer=pointer)


async def seat_of(
    desk: Desk, organisation_id: UUID, *kinds: OrganisationKind, pointer: str = "/organisation_id"
) -> OrganisationRow:
    """Find the organisation to which a record that no person owns belongs: it lies in the caller's units as well."""
    named = await named_organisation(desk, organisation_id, *kinds, pointer=pointer)
    if not isinstance(desk.actor.scope, OrganisationScope):
        require_units(desk.actor.scope, named.unit_id, pointer=pointer)
    return named
