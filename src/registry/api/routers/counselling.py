"""Counselling sessions, their sheets, and who on file attended."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Response, status
from sqlmodel import col

from registry.api import lines, problems, sheets
from registry.api.deps import RegistryGrant, SomeActor
from registry.api.kinds.counselling import ATTENDANCES, SESSIONS
from registry.api.records import flow
from registry.api.records.answers import GUARDED, answers, examples_of, present
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import key_of, person_record_routes, unit_record_routes
from registry.api.schemas.counselling import (
    AttendanceLine,
    AttendanceLinePage,
    AttendanceOut,
    SessionPage,
    SheetIn,
    SheetOut,
)
from registry.api.schemas.fields import Day, UnitCode
from registry.api.schemas.records import RecordOut, RecordRef
from registry.api.strict_json import StrictRoute
from registry.api.sync.push.desks import Desks
from registry.api.tags import Tag
from registry.db import pages, records
from registry.db.pages import by_day
from registry.db.periods import between
from registry.db.records import Key, Stub
from registry.db.tables.counselling import AttendanceRow, CounsellingSessionRow
from registry.domain.access import FieldGroup
from registry.domain.counselling import SessionForm
from registry.domain.errors import NotFound

_RULES = (
    "organisation_unknown",
    "organisation_not_granted",
    "unit_not_granted",
    "date_in_future",
    "dates_out_of_order",
    "topic_does_not_fit",
    "session_names_nobody",
    "session_without_people",
    "speaker_without_talk",
    "named_record_unknown",
)
router = APIRouter(route_class=StrictRoute)
attendances = person_record_routes(
    ATTENDANCES,
    "named_record_unknown",
    "organisation_unknown",
    "session_names_nobody",
    "attendance_already_recorded",
    "person_restricted",
)


@router.post(
    "/v1/sessions",
    tags=[SESSIONS.tag],
    operation_id="create_session",
    summary="Record a counselling session",
    status_code=status.HTTP_200_OK,
    response_model=SheetOut | SESSIONS.answer,
    responses=answers(SESSIONS, "Counselling session")
    | problems.responses(*GUARDED, "record_id_conflict", "idempotency_key_required", *_RULES, body=True),
)
async def create_session(
    body: Annotated[SheetIn, Body(openapi_examples=examples_of(SESSIONS) | sheets.EXAMPLE)],
    response: Response,
    held: SomeActor,
    desk: Annotated[Desk, Depends(desk_for(SESSIONS.write))],
    registry_grant: RegistryGrant = None,
) -> RecordOut | RecordRef:
    """Record a session by its whole sheet: how it was held, how many took part, and who of the people on file.

    It becomes one session, which shows numbers alone, and one attendance under each person whom `attendees` names,
    under the id that the sheet gives it. **Each attendee is judged alone**: one who is refused harms no other, and
    the answer has one result for each, in `attendances`. A sheet without attendees is answered by the session.

    The client makes the ids. Sending the same sheet again is always safe: what was recorded is known, and who was
    refused before is judged anew. Who is to be added later has a route of their own, below the person; another sheet
    under the same id is refused (409). A sheet without an id of its own needs an `Idempotency-Key`.
    """
    written = await flow.create(desk, SESSIONS, body)
    shown = await present(response, desk, SESSIONS, written)
    if not body.attendees or isinstance(written.row, Stub):
        return shown
    results = await sheets.attend(Desks(desk, held, registry_grant), written.row.id, body.attendees)
    return SheetOut.model_validate({**shown.model_dump(), "attendances": results})


@router.get(
    "/v1/sessions",
    tags=[SESSIONS.tag],
    summary="List counselling sessions",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid"),
)
async def list_sessions(
    listing: Annotated[Listing, Depends(listing_for(SESSIONS.read))],
    organisation_id: Annotated[UUID | None, Query(description="Only those of this point, club or team.")] = None,
    unit: Annotated[
        UnitCode | None, Query(description="Only those of organisations in this unit, by its code today or its last.")
    ] = None,
    form: Annotated[SessionForm | None, Query(description="Only those of this form.")] = None,
    since: Annotated[Day | None, Query(description="Only those held on this day or later.")] = None,
    until: Annotated[Day | None, Query(description="Only those held on this day or earlier.")] = None,
) -> SessionPage:
    """Counselling sessions within the caller's reach, the oldest first, with their numbers and nobody's name."""
    window, row = listing.by(by_day("held_on"), unit), CounsellingSessionRow
    held = between(row.held_on, since, until)
    rows = await pages.page(listing.desk.session, row, window, *held, organisation_id=organisation_id, form=form)
    return listing.answer(SessionPage, window, rows)


@router.get(
    "/v1/sessions/{id}/attendances",
    tags=[Tag.SUPPORT],
    summary="List who on file attended a session",
    responses=problems.responses(*GUARDED, "not_found", "cursor_invalid"),
)
async def list_attendances_of_session(
    listing: Annotated[Listing, Depends(listing_for(ATTENDANCES.read, FieldGroup.PERSON, *ATTENDANCES.groups))],
    key: Annotated[Key, Depends(key_of(SESSIONS))],
) -> AttendanceLinePage:
    """Those within the caller's reach who attended a session, in Vietnamese order of the names.

    They may be fewer than `on_file_count` of the session says: who has moved away is no longer shown.
    """
    session, actor = listing.desk.session, listing.desk.actor
    if await records.get(session, CounsellingSessionRow, key, scope=actor.scope, today=actor.today) is None:
        raise NotFound
    page = await lines.page_of(listing, AttendanceRow, col(AttendanceRow.session_id) == key.id)
    shown = lines.written(page, AttendanceOut, AttendanceLine)
    return AttendanceLinePage(items=shown.items, next=shown.next)


router.include_router(unit_record_routes(SESSIONS, *_RULES, "session_attended", is_created_apart=True))
