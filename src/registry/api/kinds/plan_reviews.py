"""The kind of reviews of plans."""

from registry.api.plans.reviewing import decide_review, follow_review
from registry.api.records.kind import Kind
from registry.api.schemas import examples
from registry.api.schemas.plan_reviews import PlanReviewBody, PlanReviewIn, PlanReviewOut
from registry.api.tags import Tag
from registry.db.tables.plans import PlanReviewRow
from registry.domain.access import Permission

PLAN_REVIEWS = Kind(
    table=PlanReviewRow,
    collection="plan-reviews",
    singular="plan_review",
    words="review of a plan",
    tag=Tag.PLANS,
    create=PlanReviewIn,
    body=PlanReviewBody,
    out=PlanReviewOut,
    read=Permission.PLAN_READ,
    write=Permission.PLAN_WRITE,
    groups=(),
    decide=decide_review,
    dated_by="reviewed_on",
    about="A review of an approved plan: its progress on a day as it was computed then, signed by an officer, with "
    "findings and measures. It never changes: what was wrong is voided, and signed anew. Each measure is a task of "
    "who keeps the plan.",
    examples={
        "six_months": {
            "id": examples.PLAN_REVIEW,
            "plan_id": examples.APPROVED_PLAN,
            "kind": "six_month",
            "reviewed_on": "2021-06-30",
            "signed_by": "Trần Thị Mẫu",
            "signed_as": "Phó Chủ tịch UBND phường 1",
            "findings": "Chưa giảm đủ số người nghiện.",
            "measures": [
                {
                    "id": examples.PLAN_MEASURE,
                    "what": "Rà soát hồ sơ quản lý",
                    "owner": "Công an phường 1",
                    "due_on": "2021-09-30",
                }
            ],
        }
    },
    correction={"findings": "Chưa giảm đủ số người nghiện có hồ sơ quản lý."},
    follow=follow_review,
    is_corrected=False,
    refers_to=("plan_id",),
)
