"""The demo's plans for the next year: the province's with its targets, those of communes with their parts, a review."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

from registry.api.kinds.plans import PLANS
from registry.api.schemas import examples
from registry.api.schemas.plan_reviews import MeasureIn, PlanReviewIn
from registry.api.schemas.plans import PlanIn, PlanTargetIn, TargetReportIn
from registry.demo.batches import Posting
from registry.demo.network import in_a_sentence
from registry.demo.people import People, new_id, read_data
from registry.domain.plan_target import Direction, TargetKind
from registry.domain.sync import SyncKind
from registry.domain.unit import UnitVersion


class Plans:
    """The plan of the province for a year, and those of communes that carry it out."""

    def __init__(self, rng: Random, unit_code: str, year: int) -> None:
        self._rng = rng
        self._year = year
        self._data: dict[str, Any] = read_data("community.toml")["plan"]
        head = {name: self._data[name] for name in ("document_number", "issuer", "title", "issued_on")}
        self._plan = PlanIn(id=new_id(rng), unit_code=unit_code, **head, **self._period)
        self._targets = [self._target(self._plan.id, **_without_parts(target)) for target in self._data["targets"]]

    def draft(self) -> Iterator[Posting]:
        """The plan of the province with its targets, to which those of communes refer."""
        yield Posting(SyncKind.PLAN, self._plan)
        for target in self._targets:
            yield Posting(SyncKind.PLAN_TARGET, target)

    def of_commune(self, commune: UnitVersion) -> Iterator[Posting]:
        """The approved plan of a commune: its parts of the province's targets, and one that it states itself."""
        is_manual_s = commune.code == examples.UNIT_CODE
        plan = PlanIn(
            id=UUID(examples.APPROVED_PLAN) if is_manual_s else new_id(self._rng),
            document_number=f"{self._rng.randint(5, 40):02}/KH-UBND",
            issued_on=date(self._year, 1, 28),
            issuer=f"UBND {in_a_sentence(commune)}",
            title=self._data["of_commune"]["title"],
            unit_code=commune.code,
            **self._period,
        )
        pledge = PlanTargetIn(
            id=UUID(examples.STATED_TARGET) if is_manual_s else new_id(self._rng),
            plan_id=plan.id,
            title=self._data["of_commune"]["pledge"],
            kind=TargetKind.SHARE,
            direction=Direction.FLOOR,
            stated_measure=self._data["of_commune"]["pledge"],
            value=95,
            due_on=plan.to_on,
        )
        yield Posting(SyncKind.PLAN, plan)
        yield Posting(SyncKind.PLAN_TARGET, pledge)
        for part in self._parts(plan.id):
            yield Posting(SyncKind.PLAN_TARGET, part)
        yield _approved(plan)
        if not is_manual_s:
            yield Posting(SyncKind.TARGET_REPORT, self._statement(pledge.id))

    def closing(self) -> Iterator[Posting]:
        """What the province says when people are on file: its approval, what it states, and the review of the year."""
        yield _approved(self._plan)
        [stated] = [target for target in self._targets if target.stated_measure is not None]
        for report in self._data["reports"]:
            body = TargetReportIn(id=new_id(self._rng), target_id=stated.id, **report)
            yield Posting(SyncKind.TARGET_REPORT, body)
        for told in self._data["reviews"]:
            yield Posting(SyncKind.PLAN_REVIEW, self._review(dict(told)))

    def _review(self, told: dict[str, Any]) -> PlanReviewIn:
        measures = [MeasureIn(id=new_id(self._rng), **measure) for measure in told.pop("measures")]
        signed_by = People(self._rng).person(born_in=self._year - 52).full_name
        return PlanReviewIn(id=new_id(self._rng), plan_id=self._plan.id, signed_by=signed_by, measures=measures, **told)

    @property
    def _period(self) -> dict[str, date]:
        return {"from_on": date(self._year, 1, 1), "to_on": date(self._year, 12, 31)}

    def _target(self, plan_id: UUID, **fields: Any) -> PlanTargetIn:  # noqa: ANN401 - as the file has them
        return PlanTargetIn(id=new_id(self._rng), plan_id=plan_id, due_on=date(self._year, 12, 31), **fields)

    def _parts(self, plan_id: UUID) -> Iterator[PlanTargetIn]:
        """What a commune is given: to be one of the communes that a target counts."""
        for target, told in zip(self._targets, self._data["targets"], strict=True):
            if "allotted" in told:
                part = _without_parts(told) | {"title": told["allotted"], "value": 1}
                yield self._target(plan_id, parent_target_id=target.id, **part)

    def _statement(self, target_id: UUID) -> TargetReportIn:
        homes = self._rng.randint(900, 2400)
        return TargetReportIn(
            id=new_id(self._rng),
            target_id=target_id,
            reported_on=date(self._year, 12, 10),
            count=homes - self._rng.randint(0, 160),
            of_count=homes,
            source="Báo cáo năm của UBND",
        )


def manual_s_draft(rng: Random) -> Iterator[Posting]:
    """The draft on which the manual's examples build, with a target of its own, so that it can be approved."""
    plan = PlanIn.model_validate(PLANS.examples["of_a_ward"])
    target = PlanTargetIn(
        id=new_id(rng),
        plan_id=plan.id,
        title="Không có điểm phức tạp về ma túy",
        kind=TargetKind.LEVEL,
        direction=Direction.CAP,
        stated_measure="Điểm phức tạp về ma túy",
        value=0,
        due_on=plan.to_on,
    )
    yield Posting(SyncKind.PLAN, plan)
    yield Posting(SyncKind.PLAN_TARGET, target)


def _approved(plan: PlanIn) -> Posting:
    approved = plan.model_copy(update={"approved_on": plan.issued_on})
    return Posting(SyncKind.PLAN, approved, corrects=1)


def _without_parts(target: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in target.items() if name != "allotted"}
