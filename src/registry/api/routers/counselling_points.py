"""Counselling points: where a commune counsels people, when, and with whom."""

from datetime import date
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
from registry.api.schemas.staffing import RoleNormOut, RoleStaffingOut, StaffingNormOut, StaffingNormsOut, StaffingOut
from registry.api.strict_json import StrictRoute
from registry.db import own_organisations, records, staffing
from registry.db.pages import BY_NAME
from registry.db.records import Key
from registry.db.tables.network import CounsellingPointRow
from registry.domain.errors import NotFound
from registry.domain.staffing import in_force, staffing_of

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
    below_norm: Annotated[
        bool | None,
        Query(
            description="`true`: only those at work on the day (`on`, else today) that have fewer people in some role "
            "than the norm asks for. `false`: only those at work then that have all. Points of a programme without a "
            "norm in force on the day are in neither list."
        ),
    ] = None,
) -> CounsellingPointPage:
    """The counselling points within the caller's reach, in Vietnamese order of their names.

    With `on` those that were at work on a day, whatever the weekday: to count the points of a report. With
    `below_norm` those whose staff on that day is below the norm of their programme, or is not; who is missing tells
    `GET /v1/counselling-points/{id}/staffing`.
    """
    session, window = listing.desk.session, listing.by(BY_NAME, unit)
    if below_norm is None:
        rows = await own_organisations.page(session, CounsellingPointRow, window, on=on)
    else:
        day = on or listing.desk.actor.today
        norms = in_force(staffing_norms.load(), on=day).values()
        staffed = staffing.beside(norms, on=day, is_below=below_norm)
        rows = await own_organisations.page(session, CounsellingPointRow, window, staffed, on=day)
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
    """Who is appointed on a day, role by role, beside what the point's programme asks for on that day.

    The norms are data of the service (`GET /v1/staffing-norms`). To be below is shown here and refused nowhere: a point
    that opens with three people opens.
    """
    actor, day = desk.actor, on or desk.actor.today
    point = await records.get(desk.session, CounsellingPointRow, key, scope=actor.scope, today=actor.today)
    if point is None:
        raise NotFound
    norm = in_force(staffing_norms.load(), on=day).get(point.programme)
    roles = staffing_of(norm, await staffing.appointed_at(desk.session, point.id, on=day))
    return StaffingOut(
        counselling_point_id=point.id,
        on=day,
        programme=point.programme,
        source=None if norm is None else norm.source,
        roles=[RoleStaffingOut.model_validate(role) for role in roles],
        required_count=sum(role.required_count for role in roles),
        appointed_count=sum(role.appointed_count for role in roles),
        is_below_norm=None if norm is None else any(role.missing_count for role in roles),
    )


@router.get(
    "/v1/staffing-norms",
    tags=[COUNSELLING_POINTS.tag],
    summary="List norms of staffing",
    responses=problems.responses(*GUARDED),
)
async def list_staffing_norms(_: Annotated[Desk, Depends(desk_for(COUNSELLING_POINTS.read))]) -> StaffingNormsOut:
    """How many people of each role a counselling point should have: the norm of each programme, by periods.

    Norms are data of the service, each with its source. A point names its programme; being below is never refused.
    """
    norms = sorted(staffing_norms.load(), key=lambda norm: (norm.programme, norm.from_on or date.min))
    return StaffingNormsOut(
        items=[
            StaffingNormOut(
                programme=norm.programme,
                from_on=norm.from_on,
                to_on=norm.to_on,
                source=norm.source,
                roles=[RoleNormOut(role=role, required_count=count) for role, count in norm.roles.items()],
            )
            for norm in norms
        ]
    )


router.include_router(
    unit_record_routes(COUNSELLING_POINTS, *REFUSALS, "opening_hours_invalid", "staffing_norm_unknown")
)
