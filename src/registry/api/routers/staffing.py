"""Who works in the network: workers, their appointments and their training."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from registry.api import problems
from registry.api.kinds.staffing import APPOINTMENTS, TRAININGS, WORKERS
from registry.api.records.answers import GUARDED
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import unit_record_routes
from registry.api.schemas.fields import Day, UnitCode
from registry.api.schemas.staffing import (
    AppointmentPage,
    NetworkWorkerPage,
    WorkerTrainingPage,
)
from registry.api.strict_json import StrictRoute
from registry.db import staffing, trail
from registry.db.pages import BY_NAME, by_day
from registry.db.records import entity_of
from registry.domain.access import Permission

Asked = Annotated[Listing, Depends(listing_for(Permission.WORKER_READ))]
Unit = Annotated[UnitCode | None, Query(description="Only within this unit, by its code today or its last one.")]
Organisation = Annotated[UUID | None, Query(description="Only at this point, club or team.")]
Worker = Annotated[UUID | None, Query(description="Only of this worker.")]

router = APIRouter(route_class=StrictRoute)
_LISTED = problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid")


@router.get("/v1/network-workers", tags=[WORKERS.tag], summary="List workers of the network", responses=_LISTED)
async def list_network_workers(
    listing: Asked,
    unit: Unit = None,
    organisation_id: Organisation = None,
) -> NetworkWorkerPage:
    """Workers within the caller's reach, in Vietnamese order of their names. An organisation reaches whom it appoints.

    With `organisation_id` those whose entry the organisation keeps or whom it has appointed. Names are no conditions:
    who works in the network is found by where.
    """
    desk, window = listing.desk, listing.by(BY_NAME, unit)
    rows = await staffing.page_of_workers(desk.session, window, organisation_id=organisation_id)
    await trail.audit(desk.session, desk.actor.act, entity=entity_of(WORKERS.table))
    return listing.answer(NetworkWorkerPage, window, rows)


@router.get("/v1/appointments", tags=[APPOINTMENTS.tag], summary="List appointments", responses=_LISTED)
async def list_appointments(
    listing: Asked,
    unit: Unit = None,
    organisation_id: Organisation = None,
    worker_id: Worker = None,
    on: Annotated[Day | None, Query(description="Only those that hold on this day.")] = None,
) -> AppointmentPage:
    """Appointments within the caller's reach, the oldest first: of an organisation, of a worker, on a day."""
    window = listing.by(by_day("from_on"), unit)
    rows = await staffing.page_of_appointments(
        listing.desk.session, window, organisation_id=organisation_id, worker_id=worker_id, on=on
    )
    return listing.answer(AppointmentPage, window, rows)


@router.get("/v1/worker-trainings", tags=[TRAININGS.tag], summary="List trainings of workers", responses=_LISTED)
async def list_worker_trainings(
    listing: Asked,
    unit: Unit = None,
    organisation_id: Organisation = None,
    worker_id: Worker = None,
) -> WorkerTrainingPage:
    """Trainings that workers within the caller's reach have received, the oldest first.

    With `organisation_id` those of workers whose entry the organisation keeps or whom it has appointed, whoever
    recorded them.
    """
    window = listing.by(by_day("from_on"), unit)
    rows = await staffing.page_of_trainings(
        listing.desk.session, window, organisation_id=organisation_id, worker_id=worker_id
    )
    return listing.answer(WorkerTrainingPage, window, rows)


_SEATED = ("organisation_unknown", "organisation_not_granted", "unit_not_granted", "dates_out_of_order")
router.include_router(
    unit_record_routes(WORKERS, *_SEATED[:3], "unit_unknown", "unit_not_in_force", "worker_kept_by_one")
)
router.include_router(unit_record_routes(APPOINTMENTS, *_SEATED, "named_record_unknown", "appointment_already_open"))
router.include_router(
    unit_record_routes(
        TRAININGS, "date_in_future", "dates_out_of_order", "named_record_unknown", "organisation_not_granted"
    )
)
