"""Plans: drafts, targets, approval, and how far they have come."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Response

from registry.api import problems
from registry.api.kinds.plans import PLANS, TARGET_REPORTS, TARGETS
from registry.api.plans.progress import progress_of
from registry.api.records import flow
from registry.api.records.answers import GUARDED, TAGGED, present
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing, listing_for
from registry.api.records.precondition import OptionalPrecondition
from registry.api.records.routes import key_of, unit_record_routes
from registry.api.schemas.fields import Day, In, UnitCode
from registry.api.schemas.plan_progress import PlanProgressOut
from registry.api.schemas.plans import (
    ApprovalIn,
    PlanPage,
    PlanTargetPage,
    TargetReportPage,
)
from registry.api.schemas.records import RecordOut, RecordRef
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import pages, records, trail
from registry.db.pages import by_day
from registry.db.records import AnyRow, Key
from registry.db.tables.plans import PlanRow, PlanTargetRow, TargetReportRow
from registry.domain.access import Permission
from registry.domain.errors import NotFound
from registry.domain.period import DateInFuture
from registry.domain.plan import PlanStatus
from registry.domain.record import RecordState, RecordVoided

Asked = Annotated[Listing, Depends(listing_for(Permission.PLAN_READ))]
PlanKey = Annotated[Key, Depends(key_of(PLANS))]


class PlanBreakdown(StrEnum):
    """What progress is broken down by."""

    UNIT = "unit"


router = APIRouter(route_class=StrictRoute)
_LISTED = problems.responses(*GUARDED, "cursor_invalid")


@router.get(
    "/v1/plans",
    tags=[Tag.PLANS],
    summary="List plans",
    responses=problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid"),
)
async def list_plans(
    listing: Asked,
    unit: Annotated[
        UnitCode | None, Query(description="Only plans counted in this unit, by its code today or its last one.")
    ] = None,
    status: Annotated[PlanStatus | None, Query(description="Only drafts, or only what is approved.")] = None,
) -> PlanPage:
    """Plans of the units within the caller's reach, the oldest period first, voided ones left out.

    The plan of a district of the past is found in its province, since nobody's grant is a district's any more.
    """
    window = listing.by(by_day("from_on"), unit)
    rows = await pages.page(listing.desk.session, PlanRow, window, status=status)
    return listing.answer(PlanPage, window, rows)


@router.get("/v1/plan-targets", tags=[Tag.PLANS], summary="List targets of plans", responses=_LISTED)
async def list_plan_targets(
    listing: Asked,
    plan_id: Annotated[UUID | None, Query(description="Only the targets of this plan.")] = None,
) -> PlanTargetPage:
    """Targets within the caller's reach, what is due first before the others, voided ones left out."""
    window = listing.by(by_day("due_on"))
    rows = await pages.page(listing.desk.session, PlanTargetRow, window, plan_id=plan_id)
    return listing.answer(PlanTargetPage, window, rows)


@router.get("/v1/target-reports", tags=[Tag.PLANS], summary="List stated figures of targets", responses=_LISTED)
async def list_target_reports(
    listing: Asked,
    target_id: Annotated[UUID | None, Query(description="Only what is stated of this target.")] = None,
) -> TargetReportPage:
    """What was stated of targets within the caller's reach, the oldest first, voided ones left out."""
    window = listing.by(by_day("reported_on"))
    rows = await pages.page(listing.desk.session, TargetReportRow, window, target_id=target_id)
    return listing.answer(TargetReportPage, window, rows)


_PLACED = ("unit_unknown", "unit_not_in_force", "unit_not_granted", "dates_out_of_order", "date_in_future")
_CORRECTED = ("plan_unknown", "plan_approved", "plan_in_use", "plan_outside_parent", "correction_reason_required")
_FIGURES = ("unit_not_granted", "exact_figures_not_granted")

plan_records = unit_record_routes(PLANS, *_PLACED, *_CORRECTED, "plan_without_targets", "exact_figures_not_granted")


@plan_records.post(
    "/{id}/approve",
    summary="Approve a plan",
    response_model=PLANS.answer,
    responses=TAGGED
    | problems.responses(
        *GUARDED,
        "not_found",
        "record_voided",
        "version_mismatch",
        "date_in_future",
        "plan_approved",
        "plan_without_targets",
        "correction_reason_required",
        *_FIGURES,
        body=True,
    ),
)
async def approve_plan(
    body: Annotated[ApprovalIn, Body()],
    response: Response,
    precondition: OptionalPrecondition,
    desk: Annotated[Desk, Depends(desk_for(Permission.PLAN_WRITE))],
    key: PlanKey,
) -> RecordOut | RecordRef:
    """Approve a draft that has targets, and freeze what its changes are measured against.

    From now on the plan is corrected with a reason only. Freezing a base reads exact figures, so it needs what a
    report needs. Sending the same approval again is answered 200.
    """

    def approving(_: AnyRow, __: In) -> Mapping[str, Any]:
        return body.model_dump(mode="json")

    written = await flow.amend(desk, PLANS, key, precondition, approving)
    return await present(response, desk, PLANS, written)


@plan_records.get(
    "/{id}/progress",
    summary="Compute the progress of a plan",
    responses=problems.responses(*GUARDED, "not_found", "record_voided", "date_in_future", *_FIGURES),
)
async def get_plan_progress(
    desk: Annotated[Desk, Depends(desk_for(Permission.REPORT_READ))],
    key: PlanKey,
    on: Annotated[Day | None, Query(description="The day to judge; today without it. Not after today.")] = None,
    by: Annotated[PlanBreakdown | None, Query(description="`unit`: also what lower units were given.")] = None,
) -> PlanProgressOut:
    """Compute how each target of a plan stands on a day, from the records as they are now.

    **Where the figures come from.** Those of indicators come from the engine of the annual report, for the unit as
    the map of the day names it, from the plan's first day to the day asked for, or to the due day where that came
    earlier. Organisations are counted in their directory. What no indicator covers is the last statement in
    `target-reports` up to the day.

    **How a target is judged.** A `floor` is met at its value or above, a `cap` and a `reduction` at or below: a
    target of -5 % is met at -6 %. Judged is the exact fraction, so 1,999 of 2,000 does not meet 100 %, though it is
    shown as 100.0. Before the due day what is not yet reached is `on_course` as long as it has come as far as its
    time has gone; a share holds on a day or does not; a cap is `met` when its time is over. Where the whole is 0, the
    base is 0, or nothing was stated, the status is `unknown`, and that is never met.

    **What lower units were given** stands in `parts` with `by=unit`: targets of approved plans that name this one,
    measured in the same way. What a `level` or a `coverage` leaves to nobody is `unallotted`; more than the whole is
    a warning.

    **Who may ask.** Who reaches the plan and whose grant covers the unit, as for a report. Analysts receive those of
    provinces, without `by=unit`. Every answer is written to the audit log.
    """
    actor = desk.actor
    plan = await records.get(desk.session, PlanRow, key, scope=actor.scope, today=actor.today)
    if plan is None:
        raise NotFound
    if plan.state is not RecordState.ACTIVE:
        raise RecordVoided
    if on is not None and on > actor.today:
        raise DateInFuture
    answer = await progress_of(desk, plan, on=on or actor.today, with_parts=by is PlanBreakdown.UNIT)
    await trail.audit(desk.session, actor.act, entity=records.entity_of(PlanRow), record_id=plan.id)
    return answer


router.include_router(plan_records)
router.include_router(
    unit_record_routes(
        TARGETS,
        *_PLACED,
        *_CORRECTED,
        "target_does_not_fit",
        "target_base_incomplete",
        *("rating_scale_unknown", "rating_not_on_scale"),
        "parent_target_does_not_fit",
        "exact_figures_not_granted",
    )
)
router.include_router(
    unit_record_routes(
        TARGET_REPORTS, "plan_unknown", "date_in_future", "target_does_not_fit", "target_already_reported"
    )
)
