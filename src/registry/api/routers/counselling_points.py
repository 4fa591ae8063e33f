"""Counselling points: where a commune counsels people, when, and with whom."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from registry import staffing_norms
from registry.api import problems
from registry.api.kinds.counselling_points import COUNSELLING_POINTS
from registry.api.kinds.own_organisations import REFUSALS
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import key_of, unit_record_routes
from registry.api.schemas.counselling_points import CounsellingPointPage
from registry.api.schemas.fields import Day, UnitCode
from registry.api.schemas.staffing import RoleStaffingOut, StaffingOut
from registry.api.strict_json import StrictRoute
from registry.db import own_organisations, records, staffing
from registry.db.pages import BY_NAME
from registry.db.records import Key
from registry.db.tables.network import CounsellingPointRow
from registry.domain.errors import NotFound
from registry.domain.organisation import OrganisationKind
from registry.domain.staffing import staffing_of

router = APIRouter(route_class=StrictRoute)


@router.get(
    "/v1/counselling-points",
    tags=[COUNSELLING_POINTS.tag],
    summary="List counselling points",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid"),
)
async def list_counselling_points(
    listing: Annotated[Listing, Depends(listing_for(COUNSELLING_POINTS.read))],
    unit: Annotated[
        UnitCode | None, Query(description="Only those in this unit, by its code today or its last one.")
    ] = None,
    on: Annotated[
        Day | None, Query(description="Only those at work on this day: launched by then, and not closed before it.")
    ] = None,
) -> CounsellingPointPage:
    """The counselling points within the caller's reach, in Vietnamese order of their names.

    With `on` those that were at work on a day, whatever the weekday: to count the points of a report.
    """
    window = listing.by(BY_NAME, unit)
    rows = await own_organisations.page(listing.desk.session, CounsellingPointRow, window, on=on)
    return listing.answer(CounsellingPointPage, window, rows)


@router.get(
    "/v1/counselling-points/{id}/staffing",
    tags=[COUNSELLING_POINTS.tag],
    summary="Compare the staff of a counselling point with the norm",
    responses=problems.responses(*GUARDED, "not_found"),
)
async def get_counselling_point_staffing(
    desk: Annotated[Desk, Depends(desk_for(COUNSELLING_POINTS.read))],
    key: Annotated[Key, Depends(key_of(COUNSELLING_POINTS))],
    on: Annotated[Day | None, Query(description="The day to look at; today without it.")] = None,
) -> StaffingOut:
    """Who is appointed on a day, role by role, beside what the programme asks for.

    The norm is data of the service. To be below it is shown here and refused nowhere: a point that opens with three
    people opens.
    """
    actor, day = desk.actor, on or desk.actor.today
    point = await records.get(desk.session, CounsellingPointRow, key, scope=actor.scope, today=actor.today)
    if point is None:
        raise NotFound
    norm = staffing_norms.load()[OrganisationKind.COUNSELLING_POINT]
    roles = staffing_of(norm, await staffing.appointed_at(desk.session, point.id, on=day))
    return StaffingOut(
        counselling_point_id=point.id,
        on=day,
        programme=norm.programme,
        source=norm.source,
        roles=[RoleStaffingOut.model_validate(role) for role in roles],
        required_count=sum(norm.roles.values()),
        appointed_count=sum(role.appointed_count for role in roles),
        is_below_norm=any(role.missing_count for role in roles),
    )


router.include_router(unit_record_routes(COUNSELLING_POINTS, *REFUSALS, "opening_hours_invalid"))
