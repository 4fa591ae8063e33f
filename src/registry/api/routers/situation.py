"""The situation of communes: decisions on their status, and the count of people they suspect."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from registry.api import problems
from registry.api.kinds.situation import COUNTS, STATUSES
from registry.api.records.answers import GUARDED
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import unit_record_routes
from registry.api.schemas.fields import UnitCode
from registry.api.schemas.situation import CommuneStatusPage, SuspectedCountPage
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import pages
from registry.db.pages import by_day
from registry.db.tables.situation import CommuneStatusRow, SuspectedCountRow
from registry.domain.access import Permission

Asked = Annotated[Listing, Depends(listing_for(Permission.SITUATION_READ))]
Unit = Annotated[UnitCode | None, Query(description="Only this unit, by its code today or its last one.")]


router = APIRouter(route_class=StrictRoute)
_LISTED = problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid")


@router.get("/v1/commune-statuses", tags=[Tag.COMMUNES], summary="List decisions on communes", responses=_LISTED)
async def list_commune_statuses(listing: Asked, unit: Unit = None) -> CommuneStatusPage:
    """Hotspot and drug-free decisions within the caller's reach, the oldest first."""
    window = listing.by(by_day("from_on"), unit)
    rows = await pages.page(listing.desk.session, CommuneStatusRow, window)
    return listing.answer(CommuneStatusPage, window, rows)


@router.get("/v1/suspected-counts", tags=[Tag.COMMUNES], summary="List counts of suspected people", responses=_LISTED)
async def list_suspected_counts(listing: Asked, unit: Unit = None) -> SuspectedCountPage:
    """Reported counts within the caller's reach, the oldest first."""
    window = listing.by(by_day("counted_on"), unit)
    rows = await pages.page(listing.desk.session, SuspectedCountRow, window)
    return listing.answer(SuspectedCountPage, window, rows)


_PLACED = ("unit_unknown", "unit_not_in_force", "unit_not_granted")
router.include_router(unit_record_routes(STATUSES, *_PLACED, "dates_out_of_order"))
router.include_router(unit_record_routes(COUNTS, *_PLACED, "date_in_future", "count_already_reported"))
