"""Reviews of plans: made once with the figures of their day, signed, hashed into the audit log, and never changed."""

from dataclasses import replace
from typing import Any

from registry.api.clock import end_of
from registry.api.language import Language
from registry.api.plans.progress import progress_of
from registry.api.records.kind import Decision, Desk, Draft
from registry.api.schemas.plan_reviews import PlanReviewBody
from registry.api.tasks import duties
from registry.api.tasks.duties import About
from registry.db import records, trail
from registry.db.records import AnyRow, Key
from registry.db.tables.plans import PlanReviewRow, PlanRow
from registry.domain import breach, plan_review
from registry.domain.access import Permission
from registry.domain.period import require_past
from registry.domain.person import Warning as Remark
from registry.domain.plan import PlanStatus, PlanUnknown
from registry.domain.plan_review import PlanNotApproved, ReviewNeverChanges
from registry.domain.record import RecordState

MEASURE = "plan_measure"


async def decide_review(desk: Desk, draft: Draft[PlanReviewBody]) -> Decision:
    """Keep the progress of the day with what was signed. Reading exact figures needs what a report needs."""
    body, actor = draft.body, desk.actor
    if draft.former is not None:
        raise ReviewNeverChanges
    require_past(body.reviewed_on, today=actor.today, pointer="/reviewed_on")
    plan = await records.get(desk.session, PlanRow, Key(body.plan_id), scope=actor.scope, today=actor.today)
    if plan is None or plan.state is not RecordState.ACTIVE:
        raise PlanUnknown(pointer="/plan_id")
    if plan.status is not PlanStatus.APPROVED:
        raise PlanNotApproved(pointer="/plan_id")
    actor.require(Permission.REPORT_READ)
    told = replace(desk, language=Language.VI)
    progress = await progress_of(told, plan, on=body.reviewed_on, with_parts=True)
    signed = {"id": str(draft.id), **body.model_dump(mode="json", exclude={"id"})}
    signed["snapshot"] = progress.model_dump(mode="json")
    kept: dict[str, Any] = {name: signed[name] for name in ("measures", "snapshot")}
    kept |= {"unit_id": plan.unit_id, "sha256": plan_review.fingerprint(signed)}
    remarks = (Remark("text_may_identify", "/findings"),) if breach.may_identify(body.findings) else ()
    return Decision(draft.columns | kept, remarks)


async def follow_review(desk: Desk, row: AnyRow) -> None:
    """Write the hash of a new review to the audit log, and let its measures wait; take them back with the review."""
    if not isinstance(row, PlanReviewRow):
        raise TypeError
    kind = plan_review.task_of(desk.atlas.at(row.unit_id, desk.actor.today).level)
    if row.version == 1:
        hashed = f"{records.entity_of(PlanReviewRow)}:sha256:{row.sha256}"
        await trail.audit(desk.session, desk.actor.act, entity=hashed, record_id=row.id)
    for measure in PlanReviewBody.model_validate(row, from_attributes=True).measures:
        about = About(MEASURE, measure.id, row.unit_id)
        if row.state is RecordState.ACTIVE:
            await duties.wait(desk, kind, about, due_at=end_of(measure.due_on))
        else:
            await duties.end(desk, kind, about, is_done=False)
