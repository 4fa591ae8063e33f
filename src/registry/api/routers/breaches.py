"""The register of breaches: recorded, notified within 72 hours, closed."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from registry.api import problems
from registry.api.kinds.breaches import BREACHES
from registry.api.records import flow
from registry.api.records.answers import GUARDED, TAGGED, present
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing, listing_for
from registry.api.records.precondition import OptionalPrecondition
from registry.api.records.routes import key_of, unit_record_routes
from registry.api.schemas.breaches import BreachPage, ClosingIn, NotificationIn
from registry.api.schemas.fields import In
from registry.api.schemas.records import RecordOut, RecordRef
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import pages
from registry.db.pages import by_day
from registry.db.records import AnyRow, Key
from registry.db.tables.rights import BreachRow
from registry.domain.access import Permission
from registry.domain.breach import BreachClosed, BreachStatus

_RULES = ("date_in_future", "dates_out_of_order", "notification_incomplete", "breach_not_notified")

Writing = Annotated[Desk, Depends(desk_for(Permission.BREACH_WRITE))]
BreachKey = Annotated[Key, Depends(key_of(BREACHES))]

router = APIRouter(route_class=StrictRoute)


def _closing(*refusals: str) -> dict[str, Any]:
    common = (*GUARDED, "not_found", "record_voided", "version_mismatch", "date_in_future", "dates_out_of_order")
    return {
        "response_model": BREACHES.answer,
        "responses": TAGGED | problems.responses(*common, *refusals, body=True),
    }


@router.get(
    "/v1/breaches",
    tags=[Tag.BREACHES],
    summary="List breaches",
    responses=problems.responses(*GUARDED, "cursor_invalid"),
)
async def list_breaches(
    listing: Annotated[Listing, Depends(listing_for(Permission.BREACH_READ))],
    status: Annotated[BreachStatus | None, Query(description="Only breaches that stand so.")] = None,
) -> BreachPage:
    """Breaches within the caller's reach, the oldest first, voided ones left out."""
    window = listing.by(by_day("detected_at"))
    rows = await pages.page(listing.desk.session, BreachRow, window, status=status)
    return listing.answer(BreachPage, window, rows)


records = unit_record_routes(BREACHES, "unit_unknown", "unit_not_in_force", "unit_not_granted", *_RULES)


@records.post("/{id}/notify", summary="Record the notification of a breach", **_closing("breach_closed"))
async def notify_breach(
    body: NotificationIn, response: Response, precondition: OptionalPrecondition, desk: Writing, key: BreachKey
) -> RecordOut | RecordRef:
    """Record that the authority was told: when, which one, and under what number it keeps the breach.

    Later than 72 hours after detection it is kept with a warning. Sending the same again is answered 200.
    """
    written = await flow.amend(desk, BREACHES, key, precondition, _once(body, "notified_at"))
    return await present(response, desk, BREACHES, written)


@records.post("/{id}/close", summary="Close a breach", **_closing("breach_closed", "breach_not_notified"))
async def close_breach(
    body: ClosingIn, response: Response, precondition: OptionalPrecondition, desk: Writing, key: BreachKey
) -> RecordOut | RecordRef:
    """End the work on a breach, with what came of it. One that may do harm is notified first."""
    written = await flow.amend(desk, BREACHES, key, precondition, _once(body, "closed_at"))
    return await present(response, desk, BREACHES, written)


def _once(body: In, dated_by: str) -> Callable[[AnyRow, In], Mapping[str, Any]]:
    """Give the fields of a step, unless it was taken otherwise already."""
    fields = body.model_dump(mode="json")

    def fields_for(_: AnyRow, present: In) -> Mapping[str, Any]:
        taken = getattr(present, dated_by) is not None
        if taken and present.model_dump(mode="json", include=set(fields)) != fields:
            raise BreachClosed
        return fields

    return fields_for


router.include_router(records)
