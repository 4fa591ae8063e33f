"""What lower units are given of a target: its parts, their sum, and the remark where that is more than the whole."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from registry.api.plans.measuring import Pair
from registry.api.records.kind import Desk, Draft
from registry.api.schemas.plans import PlanTargetBody
from registry.db import plans
from registry.db.tables.plans import PlanTargetRow
from registry.domain.person import Warning as Remark
from registry.domain.plan_attainment import Allotment, allot, exactly
from registry.domain.record import RecordState

BEYOND = "allotted_beyond_target"


async def parts_of(desk: Desk, units: Mapping[UUID, int], *, with_drafts: bool = False) -> list[Pair]:
    """Find what lower units were given of targets, named with their units.

    One that lies elsewhere was given nothing by naming the target.
    """
    actor = desk.actor
    found = await plans.parts_of(
        desk.session, list(units), with_drafts=with_drafts, scope=actor.scope, today=actor.today
    )
    return [
        (part, plan)
        for part, plan in found
        if part.parent_target_id is not None
        and desk.atlas.within(part.measured_unit_id, units[part.parent_target_id], plan.from_on)
    ]


def allotment_of(target: PlanTargetRow | PlanTargetBody, given: Iterable[float | None]) -> Allotment | None:
    """Add up what lower units are given of a target; None where it is of a kind that is not summed."""
    if target.value is None:
        return None
    return allot(target.kind, exactly(target.value), [exactly(value) for value in given if value is not None])


async def remarks_on(
    desk: Desk, draft: Draft[PlanTargetBody], unit_id: int, parent: PlanTargetRow | None
) -> tuple[Remark, ...]:
    """Tell who writes a target that more is given than there is: of the parent, as far as they reach it, or of itself.

    Plans that are not approved count too: what is too much is best seen before it is signed.
    """
    remarks = []
    if parent is not None and parent.kind.is_summed and parent.state is RecordState.ACTIVE:
        parts = await parts_of(desk, {parent.id: parent.measured_unit_id}, with_drafts=True)
        others = [part.value for part, _ in parts if part.id != draft.id]
        if _is_beyond(allotment_of(parent, [*others, draft.body.value])):
            remarks.append(Remark(BEYOND, "/parent_target_id"))
    if draft.former is not None and draft.body.kind.is_summed:
        parts = await parts_of(desk, {draft.id: unit_id}, with_drafts=True)
        if _is_beyond(allotment_of(draft.body, [part.value for part, _ in parts])):
            remarks.append(Remark(BEYOND, "/value"))
    return tuple(remarks)


def _is_beyond(allotment: Allotment | None) -> bool:
    return allotment is not None and allotment.excess > 0
