"""Aftercare: the law of its first day, the clock that starts at completion, and relapse, which is never typed."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from registry import aftercare_law
from registry.domain.aftercare import (
    Aftercare,
    AftercareAlreadyOpen,
    AftercareAlreadyRecorded,
    AftercareAtResidenceOnly,
    AftercareNotFromCompletion,
    AftercareOutcome,
    AftercareOverlaps,
    AftercarePlace,
    AftercareTermUnlawful,
    CourseInAftercare,
    CourseNotCompleted,
    RelapseNotDetermined,
    Subject,
    relapsed_on,
    require_completion_kept,
    require_no_aftercare,
    review,
)
from registry.domain.episode import Episode, ExitIncomplete, LegalBasis, Modality, Outcome
from registry.domain.errors import RuleViolation
from registry.domain.period import DateInFuture, DatesOutOfOrder, months_later

TODAY = date(2027, 12, 31)
COURSE = UUID(int=7)
ADULT = date(1990, 5, 1)


def a_stay(completed_on: date, legal_basis: LegalBasis = LegalBasis.VOLUNTARY, **over: Any) -> Episode:  # noqa: ANN401 - fields of any type
    begun = months_later(completed_on, -12)
    stay = Episode(
        id=COURSE,
        course_id=COURSE,
        modality=Modality.FACILITY,
        legal_basis=legal_basis,
        registered_on=begun,
        started_on=begun,
        ended_on=completed_on,
        outcome=Outcome.COMPLETED,
    )
    return replace(stay, **over)


def a_term(from_on: date, planned_months: int = 12, **over: Any) -> Aftercare:  # noqa: ANN401 - as above
    term = Aftercare(
        id=uuid4(),
        course_id=COURSE,
        place=AftercarePlace.RESIDENCE,
        from_on=from_on,
        planned_months=planned_months,
    )
    return replace(term, **over)


def judged(term: Aftercare, *stays: Episode, born_on: date | None = ADULT, **over: Any) -> list[str]:  # noqa: ANN401 - as above
    """The codes of what an officer should look at."""
    subject = Subject(born_on=born_on, birth_year=None, stays=stays, others=(), addicted_on=())
    remarks = review(term, replace(subject, **over), regimes=aftercare_law.load(), today=TODAY)
    return [remark.code for remark in remarks]


COMPULSORY = LegalBasis.COMPULSORY


class TestClock:
    def test_an_adult_after_compulsory_rehabilitation_has_24_months_from_completion(self) -> None:
        """Finished on 2024-02-01, decided on 2024-02-20: the decision moves nothing."""
        completed = date(2024, 2, 1)
        term = a_term(completed, 24)
        assert judged(term, a_stay(completed, COMPULSORY)) == []
        assert term.to_on == date(2026, 2, 1)

    def test_days_of_absence_without_notice_do_not_count(self) -> None:
        assert a_term(date(2024, 2, 1), 24, absent_days=30).to_on == date(2026, 3, 3)

    def test_a_term_from_the_decision_is_refused(self) -> None:
        with pytest.raises(AftercareNotFromCompletion) as refusal:
            judged(a_term(date(2024, 2, 20), 24), a_stay(date(2024, 2, 1), COMPULSORY))
        assert refusal.value.facts == {"completed_on": date(2024, 2, 1)}

    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2024, 8, 31), 6, date(2025, 2, 28)),
            (date(2024, 1, 15), 12, date(2025, 1, 15)),
            (date(2025, 1, 31), -2, date(2024, 11, 30)),
        ],
    )
    def test_months_end_with_a_shorter_month(self, day: date, months: int, later: date) -> None:
        assert months_later(day, months) == later


class TestLaw:
    @pytest.mark.parametrize(
        ("completed_on", "legal_basis", "born_on", "months"),
        [
            pytest.param(date(2024, 2, 1), COMPULSORY, ADULT, {24}, id="an adult after compulsory rehabilitation"),
            pytest.param(date(2024, 2, 1), COMPULSORY, date(2009, 1, 1), {12}, id="a 15-year-old after it"),
            pytest.param(date(2024, 2, 1), COMPULSORY, date(2006, 2, 1), {24}, id="on the day of turning 18"),
            pytest.param(date(2024, 2, 1), COMPULSORY, date(2006, 2, 2), {12}, id="a day younger"),
            pytest.param(date(2024, 2, 1), COMPULSORY, None, {12, 24}, id="of unknown age"),
            pytest.param(date(2024, 2, 1), LegalBasis.VOLUNTARY, ADULT, {12}, id="after voluntary rehabilitation"),
            pytest.param(date(2027, 2, 28), LegalBasis.VOLUNTARY, ADULT, {12}, id="begun before the law of 2026"),
            pytest.param(date(2021, 12, 31), COMPULSORY, ADULT, {12, 18, 24}, id="before 2022"),
            pytest.param(date(2021, 6, 1), LegalBasis.VOLUNTARY, ADULT, {6, 12, 18, 24, 36}, id="no text was found"),
        ],
    )
    def test_the_terms_of_the_first_day(
        self, completed_on: date, legal_basis: LegalBasis, born_on: date | None, months: set[int]
    ) -> None:
        stay, lawful = a_stay(completed_on, legal_basis), set()
        for each in (6, 12, 18, 24, 36):
            try:
                judged(a_term(completed_on, each), stay, born_on=born_on)
                lawful.add(each)
            except AftercareTermUnlawful:
                continue
        assert lawful == months

    @pytest.mark.parametrize(("year", "months"), [(2005, {24}), (2006, {12, 24}), (2007, {12})])
    def test_a_year_of_birth_says_enough_unless_it_is_the_eighteenth(self, year: int, months: set[int]) -> None:
        completed, lawful = date(2024, 2, 1), set()
        subject: dict[str, Any] = {"born_on": None, "birth_year": year}
        for each in (12, 24):
            try:
                judged(a_term(completed, each), a_stay(completed, COMPULSORY), **subject)
                lawful.add(each)
            except AftercareTermUnlawful:
                continue
        assert lawful == months

    def test_facilities_for_aftercare_ended_with_2021(self) -> None:
        in_facility: dict[str, Any] = {"place": AftercarePlace.FACILITY}
        judged(a_term(date(2021, 12, 31), 24, **in_facility), a_stay(date(2021, 12, 31), COMPULSORY))
        with pytest.raises(AftercareAtResidenceOnly):
            judged(a_term(date(2022, 1, 1), 24, **in_facility), a_stay(date(2022, 1, 1), COMPULSORY))

    def test_a_course_that_is_not_on_record_may_have_been_either(self) -> None:
        for months in (12, 24):
            judged(a_term(date(2024, 2, 1), months, course_id=None))
        with pytest.raises(AftercareTermUnlawful) as refusal:
            judged(a_term(date(2024, 2, 1), 36, course_id=None))
        assert (refusal.value.facts["fewest"], refusal.value.facts["most"]) == (12, 24)


class TestCourse:
    @pytest.mark.parametrize(
        "stays",
        [
            pytest.param((), id="none"),
            pytest.param((a_stay(date(2024, 2, 1), course_id=uuid4()),), id="another"),
            pytest.param((a_stay(date(2024, 2, 1), outcome=Outcome.DROPPED_OUT),), id="one that was broken off"),
            pytest.param((a_stay(date(2024, 2, 1), ended_on=None, outcome=None),), id="one that goes on"),
        ],
    )
    def test_aftercare_follows_a_completed_course(self, stays: tuple[Episode, ...]) -> None:
        with pytest.raises(CourseNotCompleted):
            judged(a_term(date(2024, 2, 1)), *stays)

    @pytest.mark.parametrize(
        "change",
        [{"outcome": Outcome.DROPPED_OUT}, {"ended_on": date(2024, 2, 2)}, {"ended_on": None, "outcome": None}],
        ids=["another outcome", "another day", "open again"],
    )
    def test_what_aftercare_rests_on_stays(self, change: dict[str, Any]) -> None:
        stay = a_stay(date(2024, 2, 1))
        with pytest.raises(CourseInAftercare):
            require_completion_kept(replace(stay, **change), stay, courses={COURSE})
        with pytest.raises(CourseInAftercare):
            require_no_aftercare(stay, courses={COURSE})

    def test_everything_else_may_change(self) -> None:
        stay = a_stay(date(2024, 2, 1))
        require_completion_kept(replace(stay, modality=Modality.COMMUNITY), stay, courses={COURSE})
        require_completion_kept(replace(stay, outcome=Outcome.DROPPED_OUT), stay, courses={uuid4(), None})
        going_on = replace(stay, ended_on=None, outcome=None)
        require_completion_kept(stay, going_on, courses={COURSE})
        require_no_aftercare(going_on, courses={COURSE})


class TestOthers:
    FIRST = a_term(date(2022, 1, 10), course_id=None, ended_on=date(2023, 1, 10), outcome=AftercareOutcome.COMPLETED)

    def test_the_next_may_begin_on_the_day_on_which_the_one_before_ended(self) -> None:
        judged(a_term(date(2023, 1, 10), course_id=None), others=[self.FIRST])
        with pytest.raises(AftercareOverlaps):
            judged(a_term(date(2023, 1, 9), course_id=None), others=[self.FIRST])

    def test_one_is_open_at_most(self) -> None:
        still_open = replace(self.FIRST, ended_on=None, outcome=None)
        with pytest.raises(AftercareAlreadyOpen):
            judged(a_term(date(2024, 1, 10), course_id=None), others=[still_open])
        judged(replace(still_open, planned_months=24), others=[still_open])

    def test_a_course_has_one(self) -> None:
        completed = date(2024, 2, 1)
        with pytest.raises(AftercareAlreadyRecorded):
            judged(a_term(completed), a_stay(completed), others=[replace(self.FIRST, course_id=COURSE)])


class TestEnd:
    @pytest.mark.parametrize(
        ("change", "refusal"),
        [
            ({"from_on": date(2028, 1, 1)}, DateInFuture),
            ({"ended_on": date(2028, 1, 1), "outcome": AftercareOutcome.CUSTODY}, DateInFuture),
            ({"ended_on": date(2024, 1, 31), "outcome": AftercareOutcome.CUSTODY}, DatesOutOfOrder),
            ({"ended_on": date(2024, 3, 1)}, ExitIncomplete),
            ({"outcome": AftercareOutcome.CUSTODY}, ExitIncomplete),
        ],
    )
    def test_dates_that_cannot_be(self, change: dict[str, Any], refusal: type[RuleViolation]) -> None:
        with pytest.raises(refusal):
            judged(replace(a_term(date(2024, 2, 1), course_id=None), **change))

    def test_a_term_that_ends_clean_before_its_time_is_looked_at(self) -> None:
        completed: dict[str, Any] = {"course_id": None, "outcome": AftercareOutcome.COMPLETED}
        assert judged(a_term(date(2024, 2, 1), ended_on=date(2025, 2, 1), **completed)) == []
        assert judged(a_term(date(2024, 2, 1), ended_on=date(2025, 1, 31), **completed)) == [
            "aftercare_completed_early"
        ]

    @pytest.mark.parametrize(
        ("addicted_on", "is_refused"),
        [
            pytest.param([], True, id="a positive test alone"),
            pytest.param([date(2024, 2, 1)], True, id="the determination of before"),
            pytest.param([date(2024, 7, 2)], True, id="one after the end"),
            pytest.param([date(2024, 7, 1)], False, id="one within the term"),
        ],
    )
    def test_relapse_needs_a_determination(self, addicted_on: list[date], *, is_refused: bool) -> None:
        over: dict[str, Any] = {"ended_on": date(2024, 7, 1), "outcome": AftercareOutcome.RELAPSED}
        term = a_term(date(2024, 2, 1), course_id=None, **over)
        if is_refused:
            with pytest.raises(RelapseNotDetermined):
                judged(term, addicted_on=addicted_on)
        else:
            assert judged(term, addicted_on=addicted_on) == []


def test_relapse_is_the_first_determination_after_the_course() -> None:
    days = [date(2024, 9, 1), date(2024, 5, 1), date(2024, 2, 1), date(2020, 1, 1)]
    assert relapsed_on(date(2024, 2, 1), days) == date(2024, 5, 1)
    assert relapsed_on(date(2024, 9, 1), days) is None
