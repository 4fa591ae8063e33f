"""Ratings: grades compared by rank on one scale, and the day from which a rating of a year counts."""

from datetime import date
from fractions import Fraction

import pytest

from registry.domain import rating
from registry.domain.errors import RuleViolation
from registry.domain.plan_figures import of_ratings
from registry.domain.rating import ClubYear, Grade, Scale

GRADES = (Grade("tot", 2, "Tốt", "Good"), Grade("kha", 1, "Khá", "Fairly good"))
OLD = Scale("b93", 2000, 2019, "x", GRADES)
NEW = Scale("b93", 2020, None, "x", (Grade("dat", 1, "Đạt", "Passed"),))
SCALES = (OLD, NEW)
YEAR = ClubYear("b93", date(2019, 4, 2), None, 2019)
TODAY = date(2020, 6, 30)


class TestScales:
    @pytest.mark.parametrize(
        ("year", "grade", "asked", "reaches"),
        [
            pytest.param(2019, "tot", "kha", True, id="better"),
            pytest.param(2019, "kha", "kha", True, id="the same"),
            pytest.param(2019, "kha", "tot", False, id="worse"),
            pytest.param(2020, "dat", "kha", None, id="of two scales"),
            pytest.param(1999, "tot", "kha", None, id="of a year without one"),
        ],
    )
    def test_grades_are_compared_on_one_scale(self, *, year: int, grade: str, asked: str, reaches: bool | None) -> None:
        assert rating.is_at_least(SCALES, "b93", year, grade=grade, asked=asked) is reaches

    @pytest.mark.parametrize(
        ("programme", "grade", "code"),
        [
            pytest.param("b94", "kha", "rating_scale_unknown", id="of no programme"),
            pytest.param(None, "kha", "rating_scale_unknown", id="without a programme"),
            pytest.param("b93", "dat", "rating_not_on_scale", id="of another year's scale"),
        ],
    )
    def test_what_is_on_no_scale_is_refused(self, programme: str | None, grade: str, code: str) -> None:
        with pytest.raises(RuleViolation) as refusal:
            rating.rank_on(SCALES, programme, 2019, grade, pointer="/rating")
        assert (refusal.value.code, refusal.value.pointer) == (code, "/rating")


class TestWhenItCounts:
    @pytest.mark.parametrize(
        ("rated_on", "counts_from"),
        [
            pytest.param(date(2019, 12, 20), date(2019, 12, 20), id="in the year"),
            pytest.param(date(2020, 1, 15), date(2019, 12, 31), id="after it"),
        ],
    )
    def test_at_the_latest_on_the_last_day_of_the_year(self, rated_on: date, counts_from: date) -> None:
        assert rating.review(YEAR, rated_on=rated_on, today=TODAY) == counts_from

    @pytest.mark.parametrize(
        ("club", "rated_on", "code", "pointer"),
        [
            pytest.param(YEAR, date(2020, 7, 1), "date_in_future", "/rated_on", id="tomorrow"),
            pytest.param(YEAR, date(2019, 4, 1), "dates_out_of_order", "/rated_on", id="before there was the club"),
            pytest.param(
                ClubYear("b93", date(2020, 1, 1), None, 2019), TODAY, "dates_out_of_order", "/year", id="too early"
            ),
            pytest.param(
                ClubYear("b93", date(2017, 1, 1), date(2018, 12, 31), 2019),
                TODAY,
                "dates_out_of_order",
                "/year",
                id="closed before",
            ),
        ],
    )
    def test_of_no_year_in_which_there_was_no_club(
        self, club: ClubYear, rated_on: date, code: str, pointer: str
    ) -> None:
        with pytest.raises(RuleViolation) as refusal:
            rating.review(club, rated_on=rated_on, today=TODAY)
        assert (refusal.value.code, refusal.value.pointer) == (code, pointer)


@pytest.mark.parametrize(
    ("reached", "value"),
    [
        pytest.param([True, True], Fraction(100), id="all reach it"),
        pytest.param([True, False], Fraction(50), id="one does not"),
        pytest.param([True, None], None, id="one is not rated"),
        pytest.param([True, False, None], Fraction(100, 3), id="one is below whatever the other gets"),
        pytest.param([], None, id="there is none"),
    ],
)
def test_a_target_is_met_by_all_or_unknown(reached: list[bool | None], value: Fraction | None) -> None:
    figure = of_ratings(reached)

    assert (figure.value, figure.numerator, figure.denominator) == (value, reached.count(True), len(reached))
