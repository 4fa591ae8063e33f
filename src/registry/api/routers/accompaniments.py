"""Accompaniments and visits of people on file, and the list of accompaniments across them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from registry.api import problems
from registry.api.kinds.accompaniments import ACCOMPANIMENTS, VISITS
from registry.api.records.answers import GUARDED
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import person_record_routes
from registry.api.schemas.accompaniments import AccompaniedPage, AccompanimentOut
from registry.api.schemas.fields import Day, UnitCode
from registry.api.strict_json import StrictRoute
from registry.db import accompaniments, trail
from registry.db.accompaniments import BY_DAY_AND_PERSON
from registry.db.records import entity_of

router = APIRouter(route_class=StrictRoute)


@router.get(
    "/v1/accompaniments",
    tags=[ACCOMPANIMENTS.tag],
    summary="List who is accompanied",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid"),
)
async def list_accompaniments(
    listing: Annotated[Listing, Depends(listing_for(ACCOMPANIMENTS.read, *ACCOMPANIMENTS.groups))],
    unit: Annotated[
        UnitCode | None, Query(description="Only people of this unit, by its code today or its last one.")
    ] = None,
    organisation_id: Annotated[UUID | None, Query(description="Only by this team, point or club.")] = None,
    worker_id: Annotated[UUID | None, Query(description="Only by this worker.")] = None,
    on: Annotated[Day | None, Query(description="Only those that hold on this day.")] = None,
) -> AccompaniedPage:
    """Whom a team, a worker, or the network of a unit accompanies, within the caller's reach, the oldest first.

    People whose processing is restricted are left out, but for the organisation that accompanies them.
    """
    desk, window = listing.desk, listing.by(BY_DAY_AND_PERSON, unit)
    rows = await accompaniments.page(desk.session, window, organisation_id=organisation_id, worker_id=worker_id, on=on)
    page = listing.cut(window, rows)
    shown = await desk.vault.opened_all(page.items)
    people = {row.person_id for row in page.items}
    entity = entity_of(ACCOMPANIMENTS.table)
    await trail.audit(desk.session, desk.actor.act, persons=people, entity=entity, groups=ACCOMPANIMENTS.groups)
    return AccompaniedPage(items=[AccompanimentOut.model_validate(row) for row in shown], next=page.next)


of_person = person_record_routes(
    ACCOMPANIMENTS,
    *("organisation_unknown", "organisation_not_granted", "named_record_unknown", "dates_out_of_order"),
    *("person_restricted", "accompaniment_visited"),
)
visits = person_record_routes(VISITS, "named_record_unknown", "date_in_future", "outside_accompaniment")
