"""Working days: the law's holidays, the Government's swaps, and terms across them."""

from datetime import date
from pathlib import Path

import pytest

from registry import working_calendar
from registry.domain.working_days import WorkCalendar
from registry.working_calendar import CorrectionsInvalid

CALENDAR = working_calendar.load()


def days(*days: str) -> list[date]:
    return [date.fromisoformat(day) for day in days]


class TestCalendar:
    @pytest.mark.parametrize(
        "day",
        days(
            *("2024-02-08", "2024-02-14", "2024-04-18", "2024-04-30", "2024-05-01", "2024-09-02", "2024-09-03"),
            *("2025-01-27", "2025-01-31", "2025-04-07", "2025-09-01", "2025-09-02"),
            *("2026-01-01", "2026-02-16", "2026-02-20", "2026-04-30", "2026-09-01", "2026-11-24"),
            *("2027-01-01", "2027-02-05", "2027-02-08", "2027-04-16", "2027-09-02"),
        ),
    )
    def test_public_holidays_are_not_worked(self, day: date) -> None:
        assert not CALENDAR.is_working(day)

    @pytest.mark.parametrize("day", days("2026-04-27", "2027-05-03"))
    def test_a_holiday_on_a_weekend_is_made_up_for_on_the_monday(self, day: date) -> None:
        assert not CALENDAR.is_working(day)

    @pytest.mark.parametrize(
        "day", days("2024-02-07", "2024-02-15", "2025-01-24", "2025-02-03", "2026-02-13", "2026-02-23")
    )
    def test_the_days_around_tet_are_worked(self, day: date) -> None:
        assert CALENDAR.is_working(day)

    @pytest.mark.parametrize(
        ("off", "worked"),
        [
            pytest.param(*days("2024-04-29", "2024-05-04"), id="2450/VPCP-KGVX of 2024-04-12"),
            pytest.param(*days("2025-05-02", "2025-04-26"), id="6150/TB-BLDTBXH of 2024"),
            pytest.param(*days("2026-01-02", "2026-01-10"), id="12729/VPCP-KGVX of 2025-12-25"),
            pytest.param(*days("2026-08-31", "2026-08-22"), id="National Day of 2026"),
        ],
    )
    def test_a_friday_or_monday_is_swapped_for_a_saturday(self, off: date, worked: date) -> None:
        assert not CALENDAR.is_working(off)
        assert worked.weekday() == 5
        assert CALENDAR.is_working(worked)


class TestTerm:
    @pytest.mark.parametrize(
        ("start", "last"),
        [
            pytest.param(*days("2026-11-17", "2026-11-19"), id="within a week"),
            pytest.param(*days("2026-11-19", "2026-11-23"), id="across a weekend"),
            pytest.param(*days("2026-11-21", "2026-11-25"), id="from a Saturday, across 24 November"),
            pytest.param(*days("2026-02-13", "2026-02-24"), id="across Tet"),
            pytest.param(*days("2026-01-08", "2026-01-10"), id="a Saturday that is worked counts"),
            pytest.param(*days("2025-12-31", "2026-01-06"), id="a Friday that was swapped does not"),
        ],
    )
    def test_two_working_days_end_when_offices_close(self, start: date, last: date) -> None:
        assert CALENDAR.end_of_term(start, 2) == last

    def test_a_term_of_no_days_ends_at_once(self) -> None:
        assert CALENDAR.end_of_term(date(2026, 11, 21), 0) == date(2026, 11, 21)

    def test_what_is_worked_wins_over_what_is_usual(self) -> None:
        calendar = WorkCalendar(lambda _: False, worked=frozenset(days("2026-11-28")))

        assert calendar.end_of_term(date(2026, 11, 21), 1) == date(2026, 11, 28)


class TestCorrections:
    def local(self, directory: Path, text: str) -> Path:
        file = directory / "working_days.toml"
        file.write_text(text, encoding="utf-8")
        return file

    def test_a_local_file_has_the_last_word(self, tmp_path: Path) -> None:
        swap = '[[off]]\non = 2026-01-10\nsource = "none"\n[[worked]]\non = 2026-11-24\nsource = "a decision"'
        corrected = working_calendar.load(self.local(tmp_path, swap))

        assert not corrected.is_working(date(2026, 1, 10))
        assert corrected.is_working(date(2026, 11, 24))
        assert not corrected.is_working(date(2026, 1, 2))

    @pytest.mark.parametrize(
        "text",
        ["[[off]]\non = 2026-01-10", '[[off]]\non = "2026-01-10"\nsource = ""', "[[holiday]]\non = 2026-01-10"],
        ids=["no source", "a day as text", "an unknown list"],
    )
    def test_a_file_of_another_form_is_refused(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(CorrectionsInvalid):
            working_calendar.load(self.local(tmp_path, text))
