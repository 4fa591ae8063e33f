"""What communes do and how many live there: activities, population."""

from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from registry.api import problems
from registry.api.kinds.commune import ACTIVITIES, POPULATIONS
from registry.api.records.answers import GUARDED
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import unit_record_routes
from registry.api.schemas.commune import ActivityPage, CommunePopulationPage
from registry.api.schemas.fields import Day, UnitCode, Year
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import commune, pages
from registry.db.pages import Order, by_day
from registry.db.tables.commune import CommunePopulationRow
from registry.domain.access import Permission
from registry.domain.activity import ActivityKind, ActivityStage

Asked = Annotated[Listing, Depends(listing_for(Permission.SITUATION_READ))]
Unit = Annotated[UnitCode | None, Query(description="Only this unit, by its code today or its last one.")]


class PopulationKey(NamedTuple):
    """Where a page of numbers of people begins."""

    year: int
    id: UUID


_BY_YEAR = Order(PopulationKey, ("year", "id"))
router = APIRouter(route_class=StrictRoute)
_LISTED = problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid")


@router.get("/v1/activities", tags=[Tag.COMMUNES], summary="List activities", responses=_LISTED)
async def list_activities(
    listing: Asked,
    unit: Unit = None,
    kind: Annotated[ActivityKind | None, Query(description="Only this kind.")] = None,
    stage: Annotated[
        ActivityStage | None,
        Query(
            description="Only those that have come so far: `planned` and not held yet, `held`, or `settled`, which are "
            "inspections that were held and whose findings were put right."
        ),
    ] = None,
    settled: Annotated[
        bool | None,
        Query(
            description="Only inspections that found something wanting: `false`: not put right yet; `true`: put right."
        ),
    ] = None,
    from_on: Annotated[
        Day | None, Query(description="Only those held on this day or later, or planned so and not held.")
    ] = None,
    to_on: Annotated[
        Day | None, Query(description="Only those held on this day or earlier, or planned so and not held.")
    ] = None,
) -> ActivityPage:
    """Campaigns, training, conferences and inspections within the caller's reach, the oldest first.

    An activity stands under the day on which it was held, and as long as it was not, under the day that it is planned
    for: `from_on` and `to_on` bound that day, both included. `stage=planned` with `to_on` before today lists what was
    planned and has not been held.
    """
    window = listing.by(by_day("dated_on"), unit)
    rows = await commune.activities(
        listing.desk.session, window, kind=kind, stage=stage, settled=settled, first=from_on, last=to_on
    )
    return listing.answer(ActivityPage, window, rows)


@router.get(
    "/v1/commune-populations", tags=[Tag.COMMUNES], summary="List how many people live in communes", responses=_LISTED
)
async def list_commune_populations(
    listing: Asked,
    unit: Unit = None,
    year: Annotated[Year | None, Query(description="Only this year.")] = None,
) -> CommunePopulationPage:
    """Numbers of people within the caller's reach, the oldest year first."""
    window = listing.by(_BY_YEAR, unit)
    rows = await pages.page(listing.desk.session, CommunePopulationRow, window, year=year)
    return listing.answer(CommunePopulationPage, window, rows)


_PLACED = ("unit_unknown", "unit_not_in_force", "unit_not_granted")
router.include_router(
    unit_record_routes(
        ACTIVITIES,
        *_PLACED,
        "date_in_future",
        "dates_out_of_order",
        "activity_undated",
        "activity_field_foreign",
        "activity_not_held",
    )
)
router.include_router(unit_record_routes(POPULATIONS, *_PLACED, "date_in_future", "population_already_reported"))
