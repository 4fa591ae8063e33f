"""The rules of plans, of their targets, and of what is stated for targets, where they ask about other records."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from registry import rating_scales
from registry.api.plans import allotting, measuring
from registry.api.records.kind import Decision, Desk, Draft
from registry.api.schemas.plans import PlanBody, PlanTargetBody, TargetReportBody
from registry.db import plans, records
from registry.db.persons import Owner
from registry.db.records import AnyRow, Key
from registry.db.tables.plans import PlanReviewRow, PlanRow, PlanTargetRow, TargetReportRow
from registry.domain import plan_target, rating
from registry.domain.access import Permission, require_units
from registry.domain.period import require_order, require_past
from registry.domain.plan import (
    FIXED_IN_PLAN,
    FIXED_IN_TARGET,
    PlanApproved,
    PlanInUse,
    PlanOutsideParent,
    PlanStatus,
    PlanUnknown,
    PlanWithoutTargets,
    review_addition,
    review_correction,
)
from registry.domain.plan_target import Base, Measure, ParentTargetDoesNotFit, TargetDoesNotFit, TargetKind
from registry.domain.record import RecordState


async def decide_plan(desk: Desk, draft: Draft[PlanBody]) -> Decision:
    """Place a plan on the map of its first day, and keep an approved one what it was."""
    body, former = draft.body, draft.former
    require_order(body.from_on, body.to_on, pointer="/to_on")
    require_past(body.approved_on, today=desk.actor.today, pointer="/approved_on")
    unit = desk.atlas.resolve(body.unit_code, body.from_on, pointer="/unit_code").unit_id
    unit_id = desk.atlas.current(unit, desk.actor.today)
    require_units(desk.actor.scope, unit_id, pointer="/unit_code")
    has_targets = await plans.is_named(desk.session, PlanTargetRow, "plan_id", draft.id)
    if isinstance(former, PlanRow):
        _keep_plan(former, body, has_targets=has_targets)
    if body.approved_on is not None and not has_targets:
        raise PlanWithoutTargets(pointer="/approved_on")
    await _review_parent_plan(desk, draft, unit)
    status = PlanStatus.DRAFT if body.approved_on is None else PlanStatus.APPROVED
    return Decision(draft.columns | {"planned_unit_id": unit, "unit_id": unit_id, "status": status})


def _keep_plan(former: PlanRow, body: PlanBody, *, has_targets: bool) -> None:
    if former.status is PlanStatus.APPROVED:
        review_correction(former, body, FIXED_IN_PLAN)
        if body.approved_on is None:
            raise PlanApproved(pointer="/approved_on")
    for name in FIXED_IN_PLAN:
        if has_targets and getattr(former, name) != getattr(body, name):
            raise PlanInUse(pointer=f"/{name}")


async def _review_parent_plan(desk: Desk, draft: Draft[PlanBody], unit: int) -> None:
    """Look at the parent as far as the caller may; that there is one is the database's to hold."""
    actor, parent_id = desk.actor, draft.body.parent_plan_id
    if parent_id is None:
        return
    parent = await records.get(desk.session, PlanRow, Key(parent_id), scope=actor.scope, today=actor.today)
    if parent_id == draft.id or (parent is not None and parent.state is not RecordState.ACTIVE):
        raise PlanUnknown(pointer="/parent_plan_id")
    if parent is not None and not desk.atlas.within(unit, parent.planned_unit_id, draft.body.from_on):
        raise PlanOutsideParent(pointer="/unit_code")


async def follow_plan(desk: Desk, row: AnyRow) -> None:
    """Freeze what the changes of a plan are measured against, once it is approved."""
    if not isinstance(row, PlanRow):
        raise TypeError
    actor = desk.actor
    if row.status is not PlanStatus.APPROVED or row.state is not RecordState.ACTIVE:
        return
    targets = await plans.targets_of(desk.session, row.id, scope=actor.scope, today=actor.today)
    computed = [target for target in targets if target.base_from_on is not None and target.frozen_base is None]
    counts = await _bases(desk, row, computed)
    for target in computed:
        frozen = {"frozen_base": counts[target.id], "frozen_on": actor.today}
        await records.change(desk.session, target, frozen, actor.act, groups=(), today=actor.today)


async def _bases(desk: Desk, plan: PlanRow, targets: Sequence[PlanTargetRow]) -> Mapping[UUID, int]:
    if not targets:
        return {}
    desk.actor.require(Permission.REPORT_READ)
    measuring.require_figures(desk, plan, on=desk.actor.today, by_commune=False)
    return await measuring.count_bases(desk, [(target, plan) for target in targets])


async def review_void_of_plan(desk: Desk, _: Owner | None, row: AnyRow) -> None:
    """Keep a plan on which targets, lower plans or reviews rest."""
    if await plans.is_named(desk.session, PlanTargetRow, "plan_id", row.id):
        raise PlanInUse
    if await plans.is_named(desk.session, PlanRow, "parent_plan_id", row.id):
        raise PlanInUse
    if await plans.is_named(desk.session, PlanReviewRow, "plan_id", row.id):
        raise PlanInUse


async def decide_target(desk: Desk, draft: Draft[PlanTargetBody]) -> Decision:
    """Place a target within its plan; its fields go together, and it is a part of what measures the same."""
    body, former, actor = draft.body, draft.former, desk.actor
    plan = await records.get(desk.session, PlanRow, Key(body.plan_id), scope=actor.scope, today=actor.today)
    if plan is None or plan.state is not RecordState.ACTIVE:
        raise PlanUnknown(pointer="/plan_id")
    if plan.status is PlanStatus.APPROVED:
        if isinstance(former, PlanTargetRow):
            review_correction(former, body, FIXED_IN_TARGET)
        else:
            review_addition(body)
    measure = Measure(body.indicator, body.organisation_kind, body.stated_measure)
    plan_target.review(
        kind=body.kind,
        direction=body.direction,
        measure=measure,
        value=body.value,
        rating=body.rating,
        base=Base(body.base_value, body.base_source, body.base_from_on, body.base_to_on),
        due_on=body.due_on,
    )
    if body.rating is not None:
        scales, year = rating_scales.load(), body.due_on.year
        rating.rank_on(scales, body.rating_programme, year, body.rating, pointer="/rating")
    require_order(plan.from_on, body.due_on, pointer="/due_on")
    require_order(body.due_on, plan.to_on, pointer="/due_on")
    unit = _measured_unit(desk, plan, body.unit_code)
    parent = await _parent_target(desk, draft, plan, unit)
    columns = draft.columns | {"unit_id": plan.unit_id, "measured_unit_id": unit, "measure": measure.name}
    remarks = await allotting.remarks_on(desk, draft, unit, parent)
    return Decision({**columns, **await _frozen(desk, plan, draft, columns)}, remarks)


def _measured_unit(desk: Desk, plan: PlanRow, code: str | None) -> int:
    if code is None:
        return plan.planned_unit_id
    unit = desk.atlas.resolve(code, plan.from_on, pointer="/unit_code").unit_id
    if not desk.atlas.within(unit, plan.planned_unit_id, plan.from_on):
        raise PlanOutsideParent(pointer="/unit_code")
    return unit


async def _parent_target(desk: Desk, draft: Draft[PlanTargetBody], plan: PlanRow, unit: int) -> PlanTargetRow | None:
    """Look at the parent as far as the caller may; that both measure the same is the database's to hold."""
    actor, parent_id = desk.actor, draft.body.parent_target_id
    if parent_id is None:
        return None
    parent = await records.get(desk.session, PlanTargetRow, Key(parent_id), scope=actor.scope, today=actor.today)
    if parent_id == draft.id or (parent is not None and parent.plan_id == plan.id):
        raise ParentTargetDoesNotFit(pointer="/parent_target_id")
    if parent is not None and not desk.atlas.within(unit, parent.measured_unit_id, plan.from_on):
        raise PlanOutsideParent(pointer="/unit_code")
    return parent


async def _frozen(
    desk: Desk, plan: PlanRow, draft: Draft[PlanTargetBody], columns: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The base of a target that joins a plan after its approval is frozen with it."""
    is_added = plan.status is PlanStatus.APPROVED and draft.former is None
    if not is_added or draft.body.base_from_on is None:
        return {}
    counts = await _bases(desk, plan, [PlanTargetRow(id=draft.id, **columns)])
    return {"frozen_base": counts[draft.id], "frozen_on": desk.actor.today}


async def review_void_of_target(desk: Desk, _: Owner | None, row: AnyRow) -> None:
    """Keep a target of which lower units were given theirs, or of which something is stated."""
    if await plans.is_named(desk.session, PlanTargetRow, "parent_target_id", row.id):
        raise PlanInUse
    if await plans.is_named(desk.session, TargetReportRow, "target_id", row.id):
        raise PlanInUse


async def decide_report(desk: Desk, draft: Draft[TargetReportBody]) -> Decision:
    """Take a statement for a target that asks for one; of a share the part and the whole."""
    body, actor = draft.body, desk.actor
    require_past(body.reported_on, today=actor.today, pointer="/reported_on")
    target = await records.get(desk.session, PlanTargetRow, Key(body.target_id), scope=actor.scope, today=actor.today)
    if target is None or target.state is not RecordState.ACTIVE:
        raise PlanUnknown(pointer="/target_id")
    if target.stated_measure is None:
        raise TargetDoesNotFit(pointer="/target_id")
    is_share = target.kind is TargetKind.SHARE
    if (body.of_count is not None) != is_share or (body.of_count is not None and body.count > body.of_count):
        raise TargetDoesNotFit(pointer="/of_count")
    return Decision(draft.columns | {"unit_id": target.unit_id})
