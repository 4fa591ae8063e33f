"""What communes do and how many live there: activities, population."""

from datetime import date
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from registry.api import problems
from registry.api.kinds.commune import ACTIVITIES, POPULATIONS
from registry.api.pagination import DEFAULT_LIMIT, CursorParameter, LimitParameter, list_paging
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for, reach_of
from registry.api.records.kind import Desk
from registry.api.records.routes import unit_record_routes
from registry.api.schemas.commune import ActivityOut, ActivityPage, CommunePopulationOut, CommunePopulationPage
from registry.api.schemas.fields import Day, UnitCode, Year
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import commune
from registry.domain.access import Permission
from registry.domain.activity import ActivityKind

Viewer = Annotated[Desk, Depends(desk_for(Permission.SITUATION_READ))]
Unit = Annotated[UnitCode | None, Query(description="Only this unit, by its code today or its last one.")]


class ActivityKey(NamedTuple):
    """Where a page of activities begins."""

    day: date
    id: UUID


class PopulationKey(NamedTuple):
    """Where a page of numbers of people begins."""

    year: int
    id: UUID


router = APIRouter(route_class=StrictRoute)
_LISTED = problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid")


@router.get("/v1/activities", tags=[Tag.COMMUNES], summary="List activities", responses=_LISTED)
async def list_activities(
    request: Request,
    response: Response,
    desk: Viewer,
    unit: Unit = None,
    kind: Annotated[ActivityKind | None, Query(description="Only this kind.")] = None,
    from_on: Annotated[
        Day | None, Query(description="Only those held on this day or later, or planned so and not held.")
    ] = None,
    to_on: Annotated[
        Day | None, Query(description="Only those held on this day or earlier, or planned so and not held.")
    ] = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> ActivityPage:
    """Campaigns, training, conferences and inspections within the caller's reach, the oldest first.

    An activity stands under the day on which it was held, and as long as it was not, under the day that it is planned
    for: `from_on` and `to_on` bound that day, both included.
    """
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    rows = await commune.activities(
        desk.session,
        kind=kind,
        first=from_on,
        last=to_on,
        units=None if unit is None else reach_of(desk, unit),
        scope=desk.actor.scope,
        today=desk.actor.today,
        limit=paging.limit,
        after=paging.after(ActivityKey),
    )
    page = paging.page(rows, key=lambda row: ActivityKey(row.dated_on, row.id))
    return ActivityPage(items=[ActivityOut.model_validate(row) for row in page.items], next=page.next)


@router.get(
    "/v1/commune-populations", tags=[Tag.COMMUNES], summary="List how many people live in communes", responses=_LISTED
)
async def list_commune_populations(
    request: Request,
    response: Response,
    desk: Viewer,
    unit: Unit = None,
    year: Annotated[Year | None, Query(description="Only this year.")] = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> CommunePopulationPage:
    """Numbers of people within the caller's reach, the oldest year first."""
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    rows = await commune.populations(
        desk.session,
        year=year,
        units=None if unit is None else reach_of(desk, unit),
        scope=desk.actor.scope,
        today=desk.actor.today,
        limit=paging.limit,
        after=paging.after(PopulationKey),
    )
    page = paging.page(rows, key=lambda row: PopulationKey(row.year, row.id))
    return CommunePopulationPage(items=[CommunePopulationOut.model_validate(row) for row in page.items], next=page.next)


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
