"""Reviews of plans: signed once, listed, voided."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlmodel import col

from registry.api import problems
from registry.api.kinds.plan_reviews import PLAN_REVIEWS
from registry.api.records.answers import GUARDED
from registry.api.records.listing import Listing, listing_for
from registry.api.records.routes import unit_record_routes
from registry.api.schemas.plan_reviews import PlanReviewPage
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import pages
from registry.db.pages import by_day
from registry.db.tables.plans import PlanReviewRow
from registry.domain.access import Permission

router = APIRouter(route_class=StrictRoute)


@router.get(
    "/v1/plan-reviews",
    tags=[Tag.PLANS],
    summary="List reviews of plans",
    responses=problems.responses(*GUARDED, "cursor_invalid"),
)
async def list_plan_reviews(
    listing: Annotated[Listing, Depends(listing_for(Permission.PLAN_READ))],
    plan_id: Annotated[UUID | None, Query(description="Only the reviews of this plan.")] = None,
    measure_id: Annotated[
        UUID | None,
        Query(description="Only the review that asks for this measure: the `record_id` of the task that it became."),
    ] = None,
) -> PlanReviewPage:
    """Reviews of plans within the caller's reach, the oldest first, voided ones left out.

    Who has the task of a measure finds by `measure_id` what is to be done, whose it is, and which review asks for it.
    """
    window = listing.by(by_day("reviewed_on"))
    asking = () if measure_id is None else (col(PlanReviewRow.measures).contains([{"id": str(measure_id)}]),)
    rows = await pages.page(listing.desk.session, PlanReviewRow, window, *asking, plan_id=plan_id)
    return listing.answer(PlanReviewPage, window, rows)


router.include_router(
    unit_record_routes(
        PLAN_REVIEWS,
        "plan_unknown",
        "plan_not_approved",
        "review_never_changes",
        "date_in_future",
        "unit_not_granted",
        "exact_figures_not_granted",
        "task_already_open",
    )
)
