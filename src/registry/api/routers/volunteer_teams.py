"""Volunteer social-work teams."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from registry.api import problems
from registry.api.kinds.own_organisations import REFUSALS
from registry.api.kinds.volunteer_teams import VOLUNTEER_TEAMS
from registry.api.records.answers import GUARDED
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import unit_record_routes
from registry.api.schemas.fields import Day, UnitCode
from registry.api.schemas.volunteer_teams import VolunteerTeamPage
from registry.api.strict_json import StrictRoute
from registry.db import own_organisations
from registry.db.pages import BY_NAME
from registry.db.tables.network import VolunteerTeamRow

router = APIRouter(route_class=StrictRoute)


@router.get(
    "/v1/volunteer-teams",
    tags=[VOLUNTEER_TEAMS.tag],
    summary="List volunteer teams",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid"),
)
async def list_volunteer_teams(
    listing: Annotated[Listing, Depends(listing_for(VOLUNTEER_TEAMS.read))],
    unit: Annotated[
        UnitCode | None, Query(description="Only those in this unit, by its code today or its last one.")
    ] = None,
    on: Annotated[
        Day | None, Query(description="Only those there on this day: founded by then, and not dissolved before it.")
    ] = None,
) -> VolunteerTeamPage:
    """The volunteer teams within the caller's reach, in Vietnamese order of their names."""
    window = listing.by(BY_NAME, unit)
    rows = await own_organisations.page(listing.desk.session, VolunteerTeamRow, window, on=on)
    return listing.answer(VolunteerTeamPage, window, rows)


router.include_router(unit_record_routes(VOLUNTEER_TEAMS, *REFUSALS, "volunteer_team_exists"))
