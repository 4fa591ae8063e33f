"""Reviews of plans: signed once, listed, voided."""

from datetime import date
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from registry.api import problems
from registry.api.kinds.plan_reviews import PLAN_REVIEWS
from registry.api.pagination import DEFAULT_LIMIT, CursorParameter, LimitParameter, list_paging
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.routes import unit_record_routes
from registry.api.schemas.plan_reviews import PlanReviewOut, PlanReviewPage
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import plans
from registry.db.tables.plans import PlanReviewRow
from registry.domain.access import Permission

router = APIRouter(route_class=StrictRoute)


class ReviewedKey(NamedTuple):
    """Where a page of reviews begins."""

    day: date
    id: UUID


@router.get(
    "/v1/plan-reviews",
    tags=[Tag.PLANS],
    summary="List reviews of plans",
    responses=problems.responses(*GUARDED, "cursor_invalid"),
)
async def list_plan_reviews(
    request: Request,
    response: Response,
    desk: Annotated[Desk, Depends(desk_for(Permission.PLAN_READ))],
    plan_id: Annotated[UUID | None, Query(description="Only the reviews of this plan.")] = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> PlanReviewPage:
    """Reviews of plans within the caller's reach, the oldest first, voided ones left out."""
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    rows = await plans.page(
        desk.session,
        PlanReviewRow,
        dated_by="reviewed_on",
        named={"plan_id": plan_id},
        scope=desk.actor.scope,
        today=desk.actor.today,
        limit=paging.limit,
        after=paging.after(ReviewedKey),
    )
    page = paging.page(rows, key=lambda row: ReviewedKey(row.reviewed_on, row.id))
    return PlanReviewPage(items=[PlanReviewOut.model_validate(row) for row in page.items], next=page.next)


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
