"""Who works in the network: workers, their appointments and their training."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from registry.api import problems
from registry.api.kinds.staffing import APPOINTMENTS, TRAININGS, WORKERS
from registry.api.pagination import DEFAULT_LIMIT, CursorParameter, LimitParameter, list_paging
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for, reach_of
from registry.api.records.kind import Desk
from registry.api.records.routes import DatedKey, unit_record_routes
from registry.api.routers.organisations import OrganisationKey
from registry.api.schemas.fields import Day, UnitCode
from registry.api.schemas.staffing import (
    AppointmentOut,
    AppointmentPage,
    NetworkWorkerOut,
    NetworkWorkerPage,
    WorkerTrainingOut,
    WorkerTrainingPage,
)
from registry.api.strict_json import StrictRoute
from registry.db import staffing, trail
from registry.db.records import entity_of
from registry.domain.access import Permission

Viewer = Annotated[Desk, Depends(desk_for(Permission.NETWORK_READ))]
Unit = Annotated[UnitCode | None, Query(description="Only within this unit, by its code today or its last one.")]
Organisation = Annotated[UUID | None, Query(description="Only at this point, club or team.")]
Worker = Annotated[UUID | None, Query(description="Only of this worker.")]

router = APIRouter(route_class=StrictRoute)
_LISTED = problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid")


@router.get("/v1/network-workers", tags=[WORKERS.tag], summary="List workers of the network", responses=_LISTED)
async def list_network_workers(
    request: Request,
    response: Response,
    desk: Viewer,
    unit: Unit = None,
    organisation_id: Organisation = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> NetworkWorkerPage:
    """Workers within the caller's reach, in Vietnamese order of their names.

    With `organisation_id` those whose entry the organisation keeps or whom it has appointed. Names are no conditions:
    who works in the network is found by where.
    """
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    rows = await staffing.page_of_workers(
        desk.session,
        units=None if unit is None else reach_of(desk, unit),
        organisation_id=organisation_id,
        scope=desk.actor.scope,
        today=desk.actor.today,
        limit=paging.limit,
        after=paging.after(OrganisationKey),
    )
    page = paging.page(rows, key=lambda row: OrganisationKey(row.sort_key, row.id))
    await trail.audit(desk.session, desk.actor.act, entity=entity_of(WORKERS.table))
    return NetworkWorkerPage(items=[NetworkWorkerOut.model_validate(row) for row in page.items], next=page.next)


@router.get("/v1/appointments", tags=[APPOINTMENTS.tag], summary="List appointments", responses=_LISTED)
async def list_appointments(
    request: Request,
    response: Response,
    desk: Viewer,
    unit: Unit = None,
    organisation_id: Organisation = None,
    worker_id: Worker = None,
    on: Annotated[Day | None, Query(description="Only those that hold on this day.")] = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> AppointmentPage:
    """Appointments within the caller's reach, the oldest first: of an organisation, of a worker, on a day."""
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    rows = await staffing.page_of_appointments(
        desk.session,
        units=None if unit is None else reach_of(desk, unit),
        organisation_id=organisation_id,
        worker_id=worker_id,
        on=on,
        scope=desk.actor.scope,
        today=desk.actor.today,
        limit=paging.limit,
        after=paging.after(DatedKey),
    )
    page = paging.page(rows, key=lambda row: DatedKey(row.from_on, row.id))
    return AppointmentPage(items=[AppointmentOut.model_validate(row) for row in page.items], next=page.next)


@router.get("/v1/worker-trainings", tags=[TRAININGS.tag], summary="List trainings of workers", responses=_LISTED)
async def list_worker_trainings(
    request: Request,
    response: Response,
    desk: Viewer,
    unit: Unit = None,
    worker_id: Worker = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> WorkerTrainingPage:
    """Trainings that workers within the caller's reach have received, the oldest first."""
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    rows = await staffing.page_of_trainings(
        desk.session,
        units=None if unit is None else reach_of(desk, unit),
        worker_id=worker_id,
        scope=desk.actor.scope,
        today=desk.actor.today,
        limit=paging.limit,
        after=paging.after(DatedKey),
    )
    page = paging.page(rows, key=lambda row: DatedKey(row.from_on, row.id))
    return WorkerTrainingPage(items=[WorkerTrainingOut.model_validate(row) for row in page.items], next=page.next)


_SEATED = ("organisation_unknown", "organisation_not_granted", "unit_not_granted", "dates_out_of_order")
router.include_router(
    unit_record_routes(WORKERS, *_SEATED[:3], "unit_unknown", "unit_not_in_force", "worker_kept_by_one")
)
router.include_router(unit_record_routes(APPOINTMENTS, *_SEATED, "named_record_unknown", "appointment_already_open"))
router.include_router(unit_record_routes(TRAININGS, "date_in_future", "dates_out_of_order", "named_record_unknown"))
