"""Requests of the people on file: recorded, answered, withdrawn, lifted, and the open ones across people."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from registry.api import problems
from registry.api.kinds.rights import REQUESTS
from registry.api.records import flow
from registry.api.records.answers import GUARDED, TAGGED, present
from registry.api.records.desk import desk_for, reach_of
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing, listing_for
from registry.api.records.precondition import OptionalPrecondition
from registry.api.records.routes import key_of, person_record_routes
from registry.api.schemas.fields import In, UnitCode
from registry.api.schemas.lists import PersonBrief
from registry.api.schemas.records import RecordOut, RecordRef
from registry.api.schemas.rights import (
    AnswerIn,
    LiftIn,
    SubjectRequestLine,
    SubjectRequestLinePage,
    SubjectRequestOut,
    WithdrawalIn,
)
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import subject_requests, trail
from registry.db.records import AnyRow, Key
from registry.db.tables.rights import SubjectRequestRow
from registry.domain.access import FieldGroup, Permission
from registry.domain.subject_request import NothingToLift, RequestClock, RequestClosed, RequestStatus, clock_on

_DATES = ("date_in_future", "dates_out_of_order")
requests = person_record_routes(
    REQUESTS,
    *_DATES,
    *("representation_missing", "answer_incomplete", "refusal_reason_missing", "request_closed", "nothing_to_lift"),
)
worklist = APIRouter(tags=[Tag.RIGHTS], route_class=StrictRoute)

Writing = Annotated[Desk, Depends(desk_for(Permission.SUBJECT_REQUEST_WRITE, FieldGroup.SUBJECT_REQUEST))]
RequestKey = Annotated[Key, Depends(key_of(REQUESTS))]


_LISTED = (FieldGroup.PERSON, FieldGroup.SUBJECT_REQUEST)


class DueKey(NamedTuple):
    """Where a page of open requests begins."""

    due_on: date
    person_id: UUID
    id: UUID


def _closing(*refusals: str) -> dict[str, Any]:
    common = (*GUARDED, "not_found", "erased", "record_voided", "version_mismatch", *_DATES)
    return {
        "response_model": REQUESTS.answer,
        "responses": TAGGED | problems.responses(*common, *refusals, body=True),
    }


@requests.post(
    "/{id}/answer",
    summary="Answer a request",
    **_closing("request_closed", "refusal_reason_missing"),
)
async def answer_subject_request(
    body: AnswerIn, response: Response, precondition: OptionalPrecondition, desk: Writing, key: RequestKey
) -> RecordOut | RecordRef:
    """Record the answer that the person was given, with its day, the decision and the reason.

    A refusal, in whole or in part, is explained. Granting a restriction or an objection restricts the
    person's data from now on. Granting a correction or an erasure changes nothing by itself: correct the
    records, or open an erasure order. Sending the same answer again is answered 200.
    """
    written = await flow.amend(desk, REQUESTS, key, precondition, _ending(body, RequestStatus.ANSWERED))
    return await present(response, desk, REQUESTS, written)


@requests.post("/{id}/withdraw", summary="Withdraw a request", **_closing("request_closed"))
async def withdraw_subject_request(
    body: WithdrawalIn, response: Response, precondition: OptionalPrecondition, desk: Writing, key: RequestKey
) -> RecordOut | RecordRef:
    """Record that the person took back a request that was not answered yet: its clock stops."""
    written = await flow.amend(desk, REQUESTS, key, precondition, _ending(body, RequestStatus.WITHDRAWN))
    return await present(response, desk, REQUESTS, written)


@requests.post("/{id}/lift", summary="Lift a restriction", **_closing("nothing_to_lift"))
async def lift_restriction(
    body: LiftIn, response: Response, precondition: OptionalPrecondition, desk: Writing, key: RequestKey
) -> RecordOut | RecordRef:
    """End the restriction that a granted request brought about, at the person's wish or by a decision.

    The person's data are worked with freely again once no other restriction of theirs is in force.
    """

    def lifting(row: AnyRow, was: In) -> Mapping[str, Any]:
        fields = body.model_dump(mode="json")
        lifted = isinstance(row, SubjectRequestRow) and row.lifted_on is not None
        if lifted and was.model_dump(mode="json", include=set(fields)) != fields:
            raise NothingToLift
        return fields

    return await present(response, desk, REQUESTS, await flow.amend(desk, REQUESTS, key, precondition, lifting))


@worklist.get(
    "/v1/subject-requests",
    summary="List open requests across people",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid"),
)
async def list_subject_requests(
    listing: Annotated[Listing, Depends(listing_for(Permission.SUBJECT_REQUEST_READ, *_LISTED))],
    unit: Annotated[
        UnitCode | None,
        Query(description="Only people for whom this unit is in charge, by its code today or its last one."),
    ] = None,
    clock: Annotated[RequestClock | None, Query(description="Only requests whose term stands so today.")] = None,
) -> SubjectRequestLinePage:
    """The requests that wait for an answer, each with the person, those first that are due first.

    `clock` tells today's state of the term: `overdue` once the day on which it was due has passed.
    """
    desk, actor, paging = listing.desk, listing.desk.actor, listing.paging
    rows = await subject_requests.page_of_open(
        desk.session,
        clock=clock,
        units=None if unit is None else reach_of(desk, unit),
        scope=actor.scope,
        today=actor.today,
        limit=paging.limit,
        after=paging.after(DueKey),
    )
    page = paging.page(rows, key=lambda line: DueKey(line[0].due_on, line[0].person_id, line[0].id))
    shown = await desk.vault.opened_all([row for row, _ in page.items])
    await trail.audit(
        desk.session,
        actor.act,
        persons=[person.id for _, person in page.items],
        entity="subject_request",
        groups=_LISTED,
    )
    lines = [
        SubjectRequestLine(
            **SubjectRequestOut.model_validate(row).model_dump(),
            clock=clock_on(row.due_on, today=actor.today),
            person=PersonBrief.model_validate(person),
        )
        for row, (_, person) in zip(shown, page.items, strict=True)
    ]
    return SubjectRequestLinePage(items=lines, next=page.next)


def _ending(body: In, end: RequestStatus) -> Callable[[AnyRow, In], Mapping[str, Any]]:
    """Give the fields of an end, unless the request ended otherwise already."""
    fields = body.model_dump(mode="json")

    def fields_for(row: AnyRow, present: In) -> Mapping[str, Any]:
        status = row.status if isinstance(row, SubjectRequestRow) else RequestStatus.OPEN
        again = status is end and present.model_dump(mode="json", include=set(fields)) == fields
        if status is not RequestStatus.OPEN and not again:
            raise RequestClosed
        return fields

    return fields_for
