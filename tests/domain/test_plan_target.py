"""Targets: which fields go together, and what an approved plan lets be corrected."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from registry.domain.errors import RuleViolation
from registry.domain.indicator import Indicator
from registry.domain.organisation import OrganisationKind
from registry.domain.plan import (
    FIXED_IN_PLAN,
    CorrectionReasonRequired,
    PlanApproved,
    review_addition,
    review_correction,
)
from registry.domain.plan_target import Base, Direction, Measure, TargetKind, review

DUE = date(2019, 12, 31)
PERIOD = Base(from_on=date(2018, 1, 1), to_on=date(2018, 12, 31))
ADDICTED = Measure(indicator=Indicator.ADDICTED_PERSONS)
SHARE = Measure(indicator=Indicator.COMPLETION_RATE)
STATED = Measure(stated_measure="Người được quản lý sau cai")
CLUBS = Measure(organisation_kind=OrganisationKind.AFTERCARE_CLUB)
TEAMS = Measure(organisation_kind=OrganisationKind.VOLUNTEER_TEAM)
FEWER: dict[str, Any] = {
    "kind": TargetKind.CHANGE,
    "direction": Direction.REDUCTION,
    "measure": ADDICTED,
    "value": -5.0,
    "rating": None,
    "base": PERIOD,
    "due_on": DUE,
}
ALL: dict[str, Any] = {**FEWER, "kind": TargetKind.SHARE, "direction": Direction.FLOOR, "value": 100.0, "base": Base()}
RATED: dict[str, Any] = {**ALL, "kind": TargetKind.RATING_AT_LEAST, "measure": CLUBS, "value": None, "rating": "kha"}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(FEWER, id="5 % fewer than in a period"),
        pytest.param({**FEWER, "base": Base(50, "Báo cáo 2018")}, id="5 % fewer than what is stated"),
        pytest.param({**FEWER, "measure": STATED, "base": Base(50, "Báo cáo 2018")}, id="fewer of what is stated"),
        pytest.param({**ALL, "measure": SHARE}, id="all of an indicator"),
        pytest.param({**ALL, "measure": STATED}, id="all of what is stated"),
        pytest.param({**ALL, "kind": TargetKind.COVERAGE, "measure": TEAMS, "value": 20.0}, id="twenty wards"),
        pytest.param(
            {**ALL, "kind": TargetKind.LEVEL, "direction": Direction.CAP, "measure": ADDICTED, "value": 0.0},
            id="none at all",
        ),
        pytest.param(RATED, id="clubs rated so or better"),
    ],
)
def test_these_go_together(fields: dict[str, Any]) -> None:
    review(**fields)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        pytest.param({**FEWER, "value": 5.0}, "/value", id="a reduction by less than nothing"),
        pytest.param({**FEWER, "kind": TargetKind.LEVEL, "base": Base()}, "/direction", id="a level that is reduced"),
        pytest.param({**FEWER, "measure": SHARE}, "/indicator", id="a change of a share"),
        pytest.param({**FEWER, "measure": TEAMS}, "/organisation_kind", id="a change of organisations"),
        pytest.param({**FEWER, "base": Base()}, "/base_value", id="a change against nothing"),
        pytest.param({**FEWER, "base": Base(50)}, "/base_value", id="a base without a source"),
        pytest.param({**FEWER, "base": replace(PERIOD, value=50, source="x")}, "/base_value", id="two bases"),
        pytest.param({**FEWER, "measure": STATED}, "/base_from_on", id="no indicator, and a period"),
        pytest.param({**FEWER, "base": replace(PERIOD, to_on=date(2020, 1, 1))}, "/base_to_on", id="a later base"),
        pytest.param({**ALL, "measure": ADDICTED}, "/indicator", id="a share of a count"),
        pytest.param({**ALL, "measure": SHARE, "value": 101.0}, "/value", id="more than all"),
        pytest.param({**ALL, "measure": SHARE, "value": 0.0}, "/value", id="at least nothing"),
        pytest.param({**ALL, "measure": SHARE, "base": PERIOD}, "/base_value", id="a share with a base"),
        pytest.param({**ALL, "measure": Measure()}, "/indicator", id="nothing is measured"),
        pytest.param({**ALL, "measure": SHARE, "rating": "kha"}, "/rating", id="a share with a rating"),
        pytest.param({**RATED, "measure": TEAMS}, "/organisation_kind", id="teams are not rated"),
        pytest.param({**RATED, "direction": Direction.CAP}, "/direction", id="rated so at most"),
        pytest.param({**RATED, "rating": None}, "/rating", id="a rating without one"),
        pytest.param(
            {**ALL, "kind": TargetKind.LEVEL, "measure": Measure(indicator=Indicator.SUSPECTED_PEOPLE)},
            "/indicator",
            id="what some communes do not report",
        ),
    ],
)
def test_these_do_not(fields: dict[str, Any], pointer: str) -> None:
    with pytest.raises(RuleViolation) as refusal:
        review(**fields)

    assert refusal.value.pointer == pointer


@dataclass(frozen=True)
class Document:
    """A plan as its rule sees it."""

    unit_code: str = "007"
    from_on: date = date(2019, 1, 1)
    to_on: date = DUE
    issuer: str = "UBND"
    correction_reason: str | None = None


class TestCorrections:
    def test_a_reason_lets_it_pass(self) -> None:
        review_correction(Document(), Document(issuer="UBND quận", correction_reason="Ghi sai"), FIXED_IN_PLAN)

    @pytest.mark.parametrize("reason", [None, "Ghi sai"], ids=["none", "that of the one before"])
    def test_a_reason_is_needed_each_time(self, reason: str | None) -> None:
        with pytest.raises(CorrectionReasonRequired):
            review_correction(
                Document(correction_reason="Ghi sai"), Document(issuer="Khác", correction_reason=reason), FIXED_IN_PLAN
            )

    def test_what_the_figures_rest_on_stays(self) -> None:
        with pytest.raises(PlanApproved) as refusal:
            review_correction(Document(), Document(unit_code="001", correction_reason="Ghi sai"), FIXED_IN_PLAN)

        assert refusal.value.pointer == "/unit_code"

    def test_what_is_added_says_why(self) -> None:
        with pytest.raises(CorrectionReasonRequired):
            review_addition(Document())
