"""HIV and other infections, for health officers alone: results and referrals of people, numbers of a point."""

from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from registry.api import problems
from registry.api.kinds.medical import HIV_CLIENT_COUNTS, MEDICAL_REFERRALS, MEDICAL_RESULTS
from registry.api.records.answers import GUARDED
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import person_record_routes, unit_record_routes
from registry.api.schemas.fields import UnitCode, Year
from registry.api.schemas.medical import HivClientCountPage
from registry.api.strict_json import StrictRoute
from registry.db import pages, trail
from registry.db.pages import Order
from registry.db.records import entity_of
from registry.db.tables.medical import HivClientCountRow


class MonthKey(NamedTuple):
    """Where a page of numbers of months begins."""

    year: int
    month: int
    id: UUID


_BY_MONTH = Order(MonthKey, ("year", "month", "id"))
counts = APIRouter(route_class=StrictRoute)
results = person_record_routes(MEDICAL_RESULTS, "date_in_future", "treatment_start_incomplete")

referrals = person_record_routes(
    MEDICAL_REFERRALS,
    *("named_record_unknown", "service_not_offered", "referral_service_fixed"),
    *("date_in_future", "dates_out_of_order"),
    *("referral_step_missing", "referral_steps_exclude", "referral_result_does_not_fit"),
)


@counts.get(
    "/v1/hiv-client-counts",
    tags=[HIV_CLIENT_COUNTS.tag],
    summary="List how many clients of counselling points live with HIV",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid"),
)
async def list_hiv_client_counts(
    listing: Annotated[Listing, Depends(listing_for(HIV_CLIENT_COUNTS.read, *HIV_CLIENT_COUNTS.groups))],
    counselling_point_id: Annotated[UUID | None, Query(description="Only this counselling point.")] = None,
    unit: Annotated[
        UnitCode | None, Query(description="Only points in this unit, by its code today or its last one.")
    ] = None,
    year: Annotated[Year | None, Query(description="Only this year.")] = None,
) -> HivClientCountPage:
    """Counts within the caller's reach, the oldest month first. Each reading is audited."""
    desk, window, row = listing.desk, listing.by(_BY_MONTH, unit), HivClientCountRow
    rows = await pages.page(desk.session, row, window, counselling_point_id=counselling_point_id, year=year)
    await trail.audit(desk.session, desk.actor.act, entity=entity_of(row), groups=HIV_CLIENT_COUNTS.groups)
    return listing.answer(HivClientCountPage, window, rows)


counts.include_router(
    unit_record_routes(
        HIV_CLIENT_COUNTS,
        *("organisation_unknown", "organisation_not_granted", "unit_not_granted"),
        *("date_in_future", "dates_out_of_order", "hiv_clients_already_counted"),
    )
)
