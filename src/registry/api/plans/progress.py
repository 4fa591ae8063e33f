"""Progress: a plan's targets on a day, each with its figure, its standing, and what lower units were given of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from registry.api.code_lists import label_of
from registry.api.indicator_words import WORDS
from registry.api.notices import Notice, notice
from registry.api.plans import allotting, measuring
from registry.api.plans.attainment import attained, stands
from registry.api.plans.measuring import Pair, Reading
from registry.api.records.kind import Desk
from registry.api.schemas.attainment import AttainmentOut
from registry.api.schemas.plan_progress import (
    AllotmentOut,
    BaseOut,
    PlanProgressOut,
    StatementOut,
    TargetProgressOut,
)
from registry.api.schemas.reports import ReportUnitOut
from registry.db import plans, state, told
from registry.db.tables.plans import PlanRow, PlanTargetRow
from registry.domain.indicator import Indicator
from registry.domain.organisation import OrganisationKind
from registry.domain.plan_attainment import Allotment
from registry.domain.plan_target import TargetKind


async def progress_of(desk: Desk, plan: PlanRow, *, on: date, with_parts: bool) -> PlanProgressOut:
    """Measure a plan on a day. Figures of lower units are figures below the plan's own."""
    actor = desk.actor
    below = await told.below(desk.session)
    targets = await plans.targets_of(desk.session, plan.id, scope=actor.scope, today=actor.today)
    own: list[Pair] = [(target, plan) for target in targets]
    lower = await allotting.parts_of(desk, {each.id: each.measured_unit_id for each in targets}) if with_parts else []
    is_below = with_parts or any(target.measured_unit_id != plan.planned_unit_id for target in targets)
    unit = measuring.require_figures(desk, plan, on=on, by_commune=is_below)
    readings = await measuring.read(desk, [*own, *lower], on=on)
    parts: defaultdict[UUID | None, list[Pair]] = defaultdict(list)
    for target, lower_plan in lower:
        parts[target.parent_target_id].append((target, lower_plan))
    last = measuring.last_day_of(desk.atlas, plan.planned_unit_id, min(on, plan.to_on))
    return PlanProgressOut(
        plan_id=plan.id,
        version=plan.version,
        document_number=plan.document_number,
        status=plan.status,
        unit=ReportUnitOut(code=unit.code, name=unit.name, level=unit.level, on=last),
        from_on=plan.from_on,
        to_on=plan.to_on,
        on=on,
        generated_at=actor.at,
        feed_epoch=await state.feed_epoch(desk.session),
        feed_position=str(below),
        map_edition=desk.atlas.edition_on(last),
        targets=[
            _target(desk, target, plan, readings, parts[target.id] if with_parts else None, on=on) for target in targets
        ],
    )


def _target(
    desk: Desk,
    target: PlanTargetRow,
    plan: PlanRow,
    readings: Mapping[UUID, Reading],
    parts: Sequence[Pair] | None,
    *,
    on: date,
) -> TargetProgressOut:
    reading = readings[target.id]
    unit = desk.atlas.at(target.measured_unit_id, reading.measured_on)
    allotment = None if parts is None else allotting.allotment_of(target, [part.value for part, _ in parts])
    return TargetProgressOut(
        target_id=target.id,
        version=target.version,
        title=target.title,
        kind=target.kind,
        direction=target.direction,
        value=target.value,
        rating=target.rating,
        due_on=target.due_on,
        unit=ReportUnitOut(code=unit.code, name=unit.name, level=unit.level, on=reading.measured_on),
        measured_on=reading.measured_on,
        indicator=None if target.indicator is None else Indicator(target.indicator),
        organisation_kind=target.organisation_kind,
        definition=_definition(desk, target),
        numerator=reading.figure.numerator,
        denominator=reading.figure.denominator,
        base=_base(target, reading),
        statement=_statement(reading),
        **stands(target, plan, reading, on=on),
        allotment=None if allotment is None else AllotmentOut.model_validate(allotment),
        parts=None if parts is None else [AttainmentOut(**attained(desk, *pair, readings, on=on)) for pair in parts],
        warnings=_warnings(desk, allotment),
    )


def _base(target: PlanTargetRow, reading: Reading) -> BaseOut | None:
    if target.kind is not TargetKind.CHANGE:
        return None
    computed = reading.live_base if target.frozen_base is None else target.frozen_base
    return BaseOut(
        value=computed if target.base_value is None else target.base_value,
        source=target.base_source,
        from_on=target.base_from_on,
        to_on=target.base_to_on,
        frozen_on=target.frozen_on,
        live_value=reading.live_base,
    )


def _statement(reading: Reading) -> StatementOut | None:
    report = reading.stated
    if report is None:
        return None
    return StatementOut(report_id=report.id, reported_on=report.reported_on, source=report.source)


def _warnings(desk: Desk, allotment: Allotment | None) -> list[Notice]:
    if allotment is None or not allotment.excess:
        return []
    return [notice(allotting.BEYOND, desk.language)]


def _definition(desk: Desk, target: PlanTargetRow) -> str:
    if target.indicator is not None:
        return WORDS[Indicator(target.indicator)][desk.language].definition
    if target.organisation_kind is not None:
        return label_of("organisation_kinds", OrganisationKind(target.organisation_kind), desk.language)
    return target.stated_measure or target.title
