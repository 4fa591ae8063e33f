"""The audit log: for auditors, for witnesses outside, and for a person who asks who looked."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from registry.api import problems
from registry.api.code_lists import label_of
from registry.api.pagination import DEFAULT_LIMIT, CursorParameter, LimitParameter, list_paging
from registry.api.records.answers import GUARDED, PersonPath
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing, listing_for
from registry.api.schemas.audit import (
    AccessOut,
    AccessPage,
    AuditEventOut,
    AuditEventPage,
    CheckpointOut,
    CheckpointPage,
)
from registry.api.schemas.fields import Instant, Line
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import audit, context, grants, merges, records, seals, trail
from registry.db.audit import AuditFilter, Event
from registry.db.records import Key
from registry.db.tables.persons import PersonRow
from registry.db.tables.trail import AccessGrantRow
from registry.domain.access import Permission
from registry.domain.access_log import AccessDecision, action_of
from registry.domain.audit_log import Position
from registry.domain.errors import NotFound

router = APIRouter(tags=[Tag.AUDIT], route_class=StrictRoute)

ENTITY = "audit_event"
CHECKPOINT = "audit_checkpoint"

Auditing = Annotated[Listing, Depends(listing_for(Permission.AUDIT_READ))]


class AuditKey(NamedTuple):
    """Where a page of audit rows begins."""

    xid: int
    seq: int


class CheckpointKey(NamedTuple):
    """Where a page of checkpoints begins."""

    size: int


@router.get("/v1/audit", summary="Read the audit log", responses=problems.responses(*GUARDED, "cursor_invalid"))
async def list_audit_events(
    listing: Auditing,
    person_id: Annotated[UUID | None, Query(description="Only what concerned this person.")] = None,
    officer: Annotated[Line | None, Query(description="Only what this officer did: `sub` of their tokens.")] = None,
    client_id: Annotated[Line | None, Query(description="Only what was done with this client.")] = None,
    operation: Annotated[Line | None, Query(description="Only this operation.", examples=["get_person"])] = None,
    decision: Annotated[AccessDecision | None, Query(description="Only what was allowed, or what was refused.")] = None,
    since: Annotated[Instant | None, Query(description="Only from this instant on.")] = None,
    until: Annotated[Instant | None, Query(description="Only before this instant.")] = None,
) -> AuditEventPage:
    """Who saw or did what, of whom and why, the newest first. Ids and codes; the log holds no values.

    An auditor sees the rows that lie within their reach: those of people for whom a unit in reach was in charge
    when it happened, whoever looked, and those that name nobody and were done by officers of a unit in reach. What
    lies nowhere, such as a command on the host, every auditor sees. Each page is written to the log itself.
    """
    desk, paging = listing.desk, listing.paging
    persons = () if person_id is None else (person_id,)
    wanted = AuditFilter(persons, officer, client_id, operation, decision, since, until)
    rows = await audit.page(desk.session, wanted, limit=paging.limit, after=_position(paging.after(AuditKey)))
    page = paging.page(rows, key=_key)
    await trail.audit(desk.session, desk.actor.act, persons=persons, entity=ENTITY)
    return AuditEventPage(items=[_shown(desk, event) for event in page.items], next=page.next)


@router.get(
    "/v1/audit/checkpoints",
    summary="Read the checkpoints of the audit log",
    responses=problems.responses(*GUARDED, "cursor_invalid"),
)
async def list_audit_checkpoints(
    listing: Auditing,
) -> CheckpointPage:
    """Signed checkpoints, the newest first: fetch them regularly and keep them elsewhere.

    Whoever holds a checkpoint can prove later that no row below it was changed, put in or taken away, and the
    administrator of the database cannot take it back. `registry audit verify` compares them with the rows.
    """
    desk, paging = listing.desk, listing.paging
    after = paging.after(CheckpointKey)
    async with context.as_auditor(desk.session):
        rows = await seals.checkpoints(desk.session, limit=paging.limit, after=after.size if after else None)
    page = paging.page(rows, key=lambda row: CheckpointKey(row.size))
    await trail.audit(desk.session, desk.actor.act, entity=CHECKPOINT)
    return CheckpointPage(items=[CheckpointOut.model_validate(row) for row in page.items], next=page.next)


@router.get(
    "/v1/persons/{person_id:uuid}/access-log",
    summary="Tell a person who looked",
    responses=problems.responses(*GUARDED, "not_found", "cursor_invalid"),
)
async def list_accesses_of_person(
    request: Request,
    response: Response,
    person_id: PersonPath,
    desk: Annotated[Desk, Depends(desk_for(Permission.ACCESS_LOG_READ))],
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> AccessPage:
    """Everybody who saw or changed a person's data, or was refused, the newest first: to answer the person who asks.

    It is the whole log of this person, also of the time when other units were in charge, and of auditors who looked
    them up; nothing is held back for investigations, which the registry does not know. Rows about medical results
    are not in it, since that there is one is for health officers alone. Whoever asks is written down too, and
    seen by the next who asks.

    Whoever was merged is on file under several entries: ask for any of them, and the answer tells who looked at all
    of them, each row with the entries that it names. Once a merge is undone, each has a log of its own again.
    """
    actor = desk.actor
    owner = await records.get(desk.session, PersonRow, Key(person_id), scope=actor.scope, today=actor.today)
    if owner is None:
        raise NotFound
    paging = list_paging(request, response, subject=actor.subject, limit=limit, cursor=cursor)
    after = _position(paging.after(AuditKey))
    entries = [entry.id for entry in await merges.entries_of(desk.session, owner.root_id)]
    rows = await audit.page_of_human(desk.session, entries, limit=paging.limit, after=after)
    page = paging.page(rows, key=_key)
    used = {grant_id for event in page.items for grant_id in event.row.grant_ids}
    held = {grant.id: grant for grant in await grants.of_ids(desk.session, used)}
    await trail.audit(desk.session, actor.act, persons=entries, entity=ENTITY)
    items = [
        _told(desk, event, entries, [held[each] for each in event.row.grant_ids if each in held])
        for event in page.items
    ]
    return AccessPage(items=items, next=page.next)


def _key(event: Event) -> AuditKey:
    return AuditKey(int(event.row.xid or 0), event.row.seq or 0)


def _position(key: AuditKey | None) -> Position | None:
    return None if key is None else Position(key.xid, key.seq)


def _shown(desk: Desk, event: Event) -> AuditEventOut:
    row = event.row
    return AuditEventOut.model_validate(
        row.model_dump()
        | {
            "officer": row.on_behalf_of or row.subject,
            "software": row.subject if row.on_behalf_of else None,
            "unit_codes": [desk.atlas.last(unit).code for unit in row.unit_ids],
            "leaf_index": event.leaf_index,
        }
    )


def _told(desk: Desk, event: Event, entries: Sequence[UUID], used: list[AccessGrantRow]) -> AccessOut:
    row = event.row
    action = action_of(row.operation)
    words = ", ".join(label_of("field_groups", group, desk.language) for group in row.field_groups)
    done = label_of("access_actions", action, desk.language)
    return AccessOut(
        at=row.at,
        person_ids=[entry for entry in entries if entry in row.person_ids],
        officer=row.on_behalf_of or row.subject,
        roles=sorted({grant.role for grant in used}),
        unit_codes=sorted({grant.unit_code for grant in used if grant.unit_code is not None}),
        organisation_ids=sorted({grant.organisation_id for grant in used if grant.organisation_id is not None}),
        client_id=row.client_id,
        purpose=row.purpose,
        decision=AccessDecision(row.decision),
        action=action,
        field_groups=[*row.field_groups],
        summary=f"{done}: {words}" if words else done,
    )
