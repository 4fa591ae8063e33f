"""Volunteer social-work teams."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from registry.api import problems
from registry.api.kinds.own_organisations import REFUSALS
from registry.api.kinds.volunteer_teams import VOLUNTEER_TEAMS
from registry.api.pagination import DEFAULT_LIMIT, CursorParameter, LimitParameter, list_paging
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for, reach_of
from registry.api.records.kind import Desk
from registry.api.records.routes import unit_record_routes
from registry.api.routers.organisations import OrganisationKey
from registry.api.schemas.fields import Day, UnitCode
from registry.api.schemas.volunteer_teams import VolunteerTeamOut, VolunteerTeamPage
from registry.api.strict_json import StrictRoute
from registry.db import own_organisations
from registry.db.tables.network import VolunteerTeamRow

router = APIRouter(route_class=StrictRoute)


@router.get(
    "/v1/volunteer-teams",
    tags=[VOLUNTEER_TEAMS.tag],
    summary="List volunteer teams",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid"),
)
async def list_volunteer_teams(
    request: Request,
    response: Response,
    desk: Annotated[Desk, Depends(desk_for(VOLUNTEER_TEAMS.read))],
    unit: Annotated[
        UnitCode | None, Query(description="Only those in this unit, by its code today or its last one.")
    ] = None,
    on: Annotated[
        Day | None, Query(description="Only those there on this day: founded by then, and not dissolved before it.")
    ] = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> VolunteerTeamPage:
    """The volunteer teams within the caller's reach, in Vietnamese order of their names."""
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    rows = await own_organisations.page(
        desk.session,
        VolunteerTeamRow,
        units=None if unit is None else reach_of(desk, unit),
        on=on,
        scope=desk.actor.scope,
        today=desk.actor.today,
        limit=paging.limit,
        after=paging.after(OrganisationKey),
    )
    page = paging.page(rows, key=lambda row: OrganisationKey(row.sort_key, row.id))
    return VolunteerTeamPage(items=[VolunteerTeamOut.model_validate(row) for row in page.items], next=page.next)


router.include_router(unit_record_routes(VOLUNTEER_TEAMS, *REFUSALS, "volunteer_team_exists"))
