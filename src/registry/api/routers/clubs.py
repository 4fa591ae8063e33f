"""Clubs, the guidance that they get, how they are rated, and the scales of their ratings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlmodel import col

from registry import rating_scales
from registry.api import problems
from registry.api.kinds.clubs import CLUB_GUIDANCE_VISITS, CLUB_RATINGS, CLUBS
from registry.api.kinds.own_organisations import REFUSALS
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import unit_record_routes
from registry.api.schemas.clubs import ClubGuidanceVisitPage, ClubPage, ClubRatingPage, RatingScalesOut
from registry.api.schemas.fields import Day, UnitCode, Year
from registry.api.strict_json import StrictRoute
from registry.db import own_organisations, pages
from registry.db.pages import BY_NAME, by_day
from registry.db.tables.clubs import ClubGuidanceVisitRow, ClubRatingRow, ClubRow
from registry.domain.access import Permission

Asked = Annotated[Listing, Depends(listing_for(Permission.NETWORK_READ))]
Unit = Annotated[UnitCode | None, Query(description="Only clubs in this unit, by its code today or its last one.")]
Club = Annotated[UUID | None, Query(description="Only of this club.")]

router = APIRouter(route_class=StrictRoute)
_LISTED = problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid")


@router.get("/v1/clubs", tags=[CLUBS.tag], summary="List clubs", responses=_LISTED)
async def list_clubs(
    listing: Asked,
    unit: Unit = None,
    on: Annotated[
        Day | None, Query(description="Only those at work on this day: founded by then, and not closed before it.")
    ] = None,
) -> ClubPage:
    """The clubs within the caller's reach, in Vietnamese order of their names."""
    window = listing.by(BY_NAME, unit)
    rows = await own_organisations.page(listing.desk.session, ClubRow, window, on=on)
    return listing.answer(ClubPage, window, rows)


@router.get(
    "/v1/club-guidance-visits",
    tags=[CLUB_GUIDANCE_VISITS.tag],
    summary="List guidance visits to clubs",
    responses=_LISTED,
)
async def list_club_guidance_visits(
    listing: Asked,
    unit: Unit = None,
    organisation_id: Club = None,
    from_on: Annotated[Day | None, Query(description="Only on this day or later.")] = None,
    to_on: Annotated[Day | None, Query(description="Only on this day or earlier.")] = None,
) -> ClubGuidanceVisitPage:
    """Who guided which club when, within the caller's reach, the oldest first."""
    window, visited_on = listing.by(by_day("visited_on"), unit), col(ClubGuidanceVisitRow.visited_on)
    conditions = []
    if from_on is not None:
        conditions.append(visited_on >= from_on)
    if to_on is not None:
        conditions.append(visited_on <= to_on)
    session = listing.desk.session
    rows = await pages.page(session, ClubGuidanceVisitRow, window, *conditions, organisation_id=organisation_id)
    return listing.answer(ClubGuidanceVisitPage, window, rows)


@router.get("/v1/club-ratings", tags=[CLUB_RATINGS.tag], summary="List ratings of clubs", responses=_LISTED)
async def list_club_ratings(
    listing: Asked,
    unit: Unit = None,
    organisation_id: Club = None,
    year: Annotated[Year | None, Query(description="Only for this year.")] = None,
) -> ClubRatingPage:
    """Yearly ratings of clubs within the caller's reach, by the day on which they were given, the oldest first."""
    window = listing.by(by_day("rated_on"), unit)
    session = listing.desk.session
    rows = await pages.page(session, ClubRatingRow, window, organisation_id=organisation_id, year=year)
    return listing.answer(ClubRatingPage, window, rows)


@router.get(
    "/v1/rating-scales", tags=[CLUB_RATINGS.tag], summary="List rating scales", responses=problems.responses(*GUARDED)
)
async def list_rating_scales(_: Annotated[Desk, Depends(desk_for(Permission.NETWORK_READ))]) -> RatingScalesOut:
    """The scales on which clubs are rated: the grades of each programme, by years, the best grade first.

    Scales are data of the service. Grades are compared by rank, and on one scale only.
    """
    scales = sorted(rating_scales.load(), key=lambda scale: (scale.programme, scale.first_year))
    return RatingScalesOut.model_validate({"items": scales})


_OVERSEEN = ("organisation_unknown", "unit_not_granted", "date_in_future", "dates_out_of_order")
_GRADED = ("rating_scale_unknown", "rating_not_on_scale", "club_already_rated")
router.include_router(
    unit_record_routes(CLUBS, *REFUSALS, "date_in_future", "rating_scale_unknown", "earlier_counts_full")
)
router.include_router(unit_record_routes(CLUB_GUIDANCE_VISITS, *_OVERSEEN))
router.include_router(unit_record_routes(CLUB_RATINGS, *_OVERSEEN, *_GRADED))
