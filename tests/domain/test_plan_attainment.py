"""Attainment: monotone in the right direction, unknown is never met, what lower units are given adds up."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.plan_attainment import (
    Aim,
    TargetStatus,
    allot,
    change,
    exactly,
    rounded_down,
    rounded_up,
    share,
    standing,
)
from registry.domain.plan_target import Direction, TargetKind

FIRST, LAST = date(2019, 1, 1), date(2019, 12, 31)
RANK = {TargetStatus.NOT_MET: 0, TargetStatus.ON_COURSE: 1, TargetStatus.MET: 2}

fractions = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)
days = st.dates(FIRST - timedelta(days=400), LAST + timedelta(days=400))


@st.composite
def aims(draw: st.DrawFn) -> Aim:
    kind = draw(st.sampled_from(TargetKind))
    direction = (
        draw(st.sampled_from(Direction))
        if kind is TargetKind.CHANGE
        else draw(st.sampled_from([Direction.FLOOR, Direction.CAP]))
    )
    size = draw(st.fractions(min_value=Fraction(1, 100), max_value=1000, max_denominator=100))
    value = -size if direction is Direction.REDUCTION else size
    return Aim(kind, direction, value, FIRST, LAST)


def reduction(value: float, *, kind: TargetKind = TargetKind.CHANGE) -> Aim:
    return Aim(kind, Direction.REDUCTION, exactly(value), FIRST, LAST)


def level(value: float, direction: Direction = Direction.FLOOR) -> Aim:
    return Aim(TargetKind.LEVEL, direction, exactly(value), FIRST, LAST)


class TestProperties:
    @given(aims(), fractions, fractions, days)
    def test_better_is_never_worse(self, aim: Aim, one: Fraction, other: Fraction, on: date) -> None:
        worse, better = sorted((one, other), reverse=aim.direction is not Direction.FLOOR)
        before, after = standing(aim, worse, on=on), standing(aim, better, on=on)

        assert RANK[before.status] <= RANK[after.status]
        assert before.attained_pct is not None
        assert after.attained_pct is not None
        assert before.attained_pct <= after.attained_pct
        assert before.shortfall is not None
        assert after.shortfall is not None
        assert before.shortfall >= after.shortfall

    @given(aims(), days)
    def test_what_is_unknown_is_never_met(self, aim: Aim, on: date) -> None:
        found = standing(aim, None, on=on)

        assert (found.status, found.attained_pct, found.shortfall) == (TargetStatus.UNKNOWN, None, None)

    @given(aims(), fractions, days)
    def test_status_attainment_and_shortfall_say_the_same(self, aim: Aim, actual: Fraction, on: date) -> None:
        found = standing(aim, actual, on=on)

        assert found.attained_pct is not None
        assert (found.attained_pct >= 100) == (found.shortfall == 0) == aim.holds(actual)
        assert found.attained_pct >= 0
        if found.status is TargetStatus.MET:
            assert found.shortfall == 0

    @given(aims(), fractions, st.dates(LAST, LAST + timedelta(days=400)))
    def test_nothing_is_on_course_once_it_is_due(self, aim: Aim, actual: Fraction, on: date) -> None:
        expected = TargetStatus.MET if aim.holds(actual) else TargetStatus.NOT_MET
        assert standing(aim, actual, on=on).status is expected

    @given(aims().filter(lambda aim: aim.kind.is_gradual), fractions, st.dates(FIRST, LAST - timedelta(days=1)))
    def test_a_cap_is_met_when_it_is_due_and_not_before(self, aim: Aim, actual: Fraction, on: date) -> None:
        aim = replace(aim, direction=Direction.CAP, value=abs(aim.value))
        assert standing(aim, actual, on=on).status is not TargetStatus.MET

    @given(st.integers(0, 10_000))
    def test_there_is_no_change_against_nothing(self, count: int) -> None:
        assert change(count, Fraction(0)) is None
        assert change(count, None) is None
        assert change(None, Fraction(count)) is None
        assert share(count, 0) is None
        assert share(None, count) is None
        assert share(count, None) is None

    @given(st.integers(0, 10_000), st.integers(1, 10_000))
    def test_a_change_and_a_share_are_of_the_same_hundred(self, count: int, base: int) -> None:
        of_it = share(count, base)
        assert of_it is not None
        assert change(count, Fraction(base)) == of_it - 100

    @given(st.fractions(0, 1000), st.lists(st.fractions(0, 1000), max_size=8))
    def test_what_is_allotted_and_what_is_not_are_the_whole(self, value: Fraction, parts: list[Fraction]) -> None:
        for kind in TargetKind:
            found = allot(kind, value, parts)
            if not kind.is_summed:
                assert found is None
                continue
            assert found is not None
            assert found.allotted == sum(parts)
            assert found.allotted + found.unallotted - found.excess == value
            assert min(found.unallotted, found.excess) == 0

    @given(fractions)
    def test_rounding_never_hides_what_is_missing(self, value: Fraction) -> None:
        assert exactly(rounded_down(value)) <= value <= exactly(rounded_up(value))


class TestExamples:
    @pytest.mark.parametrize(
        ("actual", "status"),
        [
            pytest.param(-6, TargetStatus.MET, id="more than asked for"),
            pytest.param(-5, TargetStatus.MET, id="as asked for"),
            pytest.param(-4.9, TargetStatus.NOT_MET, id="not quite"),
            pytest.param(3, TargetStatus.NOT_MET, id="more people instead of fewer"),
        ],
    )
    def test_five_percent_fewer(self, actual: float, status: TargetStatus) -> None:
        assert standing(reduction(-5), exactly(actual), on=LAST).status is status

    def test_a_reduction_is_on_course_as_far_as_its_time_has_gone(self) -> None:
        half = date(2019, 7, 1)
        found = [standing(reduction(-5), exactly(actual), on=half).status for actual in (-2.4, -2.6, -5)]

        assert found == [TargetStatus.NOT_MET, TargetStatus.ON_COURSE, TargetStatus.MET]

    def test_a_reduction_of_more_than_all_that_was_asked_for_is_more_than_attained(self) -> None:
        found = standing(reduction(-5), exactly(-6), on=LAST)

        assert (found.attained_pct, found.shortfall) == (Fraction(120), Fraction(0))

    def test_a_share_is_held_or_not_on_any_day(self) -> None:
        aim = Aim(TargetKind.SHARE, Direction.FLOOR, Fraction(100), FIRST, LAST)
        found = [standing(aim, share(placed, 10), on=date(2019, 3, 1)).status for placed in (9, 10)]

        assert found == [TargetStatus.NOT_MET, TargetStatus.MET]

    def test_all_but_one_of_two_thousand_is_not_all(self) -> None:
        aim = Aim(TargetKind.SHARE, Direction.FLOOR, Fraction(100), FIRST, LAST)
        found = standing(aim, share(1999, 2000), on=LAST)

        assert found.status is TargetStatus.NOT_MET
        assert found.attained_pct is not None
        assert rounded_down(found.attained_pct) == 99.9
        assert found.shortfall is not None
        assert rounded_up(found.shortfall) == 0.1

    def test_a_cap_of_nothing_is_kept_by_nothing(self) -> None:
        none_allowed = level(0, Direction.CAP)
        found = [standing(none_allowed, Fraction(count), on=LAST) for count in (0, 1)]

        assert [each.status for each in found] == [TargetStatus.MET, TargetStatus.NOT_MET]
        assert [each.attained_pct for each in found] == [100, 0]

    def test_a_cap_that_is_broken_is_not_met_on_the_very_day(self) -> None:
        assert standing(level(10, Direction.CAP), Fraction(11), on=FIRST).status is TargetStatus.NOT_MET

    def test_what_lower_units_are_not_given_is_shown(self) -> None:
        found = allot(TargetKind.COVERAGE, Fraction(50), [Fraction(20), Fraction(25)])

        assert found is not None
        assert (found.allotted, found.unallotted, found.excess) == (Fraction(45), Fraction(5), Fraction(0))
