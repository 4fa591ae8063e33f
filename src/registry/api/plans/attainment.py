"""How targets stand: each by itself, and all by which the units of a report are measured."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from registry.api.plans import measuring
from registry.api.plans.measuring import Reading
from registry.api.records.kind import Desk
from registry.api.schemas.attainment import ReportedTargetOut
from registry.db import plans
from registry.db.tables.plans import PlanRow, PlanTargetRow
from registry.domain.indicator import Indicator
from registry.domain.plan_attainment import Aim, Standing, exactly, rounded_down, rounded_up, standing
from registry.domain.report import ReportPeriod

ALL = Fraction(100)
"""A rating is asked of all."""


async def of_units(desk: Desk, unit_ids: Sequence[int], period: ReportPeriod) -> list[ReportedTargetOut]:
    """Say how the approved plans of a time stood on its last day, in units that the caller may see figures of."""
    actor, place = desk.actor, {unit_id: place for place, unit_id in enumerate(unit_ids)}
    pairs = await plans.measured_in(
        desk.session, place, first=period.first, last=period.last, scope=actor.scope, today=actor.today
    )
    readings = await measuring.read(desk, pairs, on=period.last)
    return [
        ReportedTargetOut(
            **attained(desk, target, plan, readings, on=period.last),
            document_number=plan.document_number,
            title=target.title,
            kind=target.kind,
            direction=target.direction,
            rating=target.rating,
            indicator=None if target.indicator is None else Indicator(target.indicator),
            organisation_kind=target.organisation_kind,
        )
        for target, plan in sorted(pairs, key=lambda pair: place[pair[0].measured_unit_id])
    ]


def attained(
    desk: Desk, target: PlanTargetRow, plan: PlanRow, readings: Mapping[UUID, Reading], *, on: date
) -> dict[str, Any]:
    """The fields that say where a target is measured, and how it stands on a day."""
    reading = readings[target.id]
    unit = desk.atlas.at(target.measured_unit_id, reading.measured_on)
    return {
        "target_id": target.id,
        "plan_id": plan.id,
        "unit_code": unit.code,
        "unit_name": unit.name,
        "value": target.value,
        "due_on": target.due_on,
        "measured_on": reading.measured_on,
        **stands(target, plan, reading, on=on),
    }


def stands(target: PlanTargetRow, plan: PlanRow, reading: Reading, *, on: date) -> dict[str, Any]:
    """The fields that compare a target's figure with its value."""
    value = ALL if target.value is None else exactly(target.value)
    aim = Aim(target.kind, target.direction, value, plan.from_on, target.due_on)
    found: Standing = standing(aim, reading.figure.value, on=on)
    actual = reading.figure.value
    return {
        "actual": None if actual is None else _rounded(actual),
        "status": found.status,
        "attained_pct": None if found.attained_pct is None else rounded_down(found.attained_pct),
        "shortfall": None if found.shortfall is None else rounded_up(found.shortfall),
    }


def _rounded(value: Fraction) -> float:
    """Round as reports do: to one decimal, halves up."""
    return rounded_down(value + Fraction(1, 20))
