"""The report's period, its territory on the map, who may see it, and how its rows add up."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from registry.domain.access import Grant, Role, UnitNotGranted
from registry.domain.atlas import Atlas
from registry.domain.catalogue import CATALOGUE
from registry.domain.indicator import Indicator
from registry.domain.report import (
    ExactFiguresNotGranted,
    MapBeforePeriodEnd,
    Measured,
    PeriodNotBegun,
    Report,
    ReportPeriod,
    SuspectedCount,
    Tally,
    Territory,
    compile_report,
    require_exact_figures,
)
from registry.domain.situation import CommuneStatus
from registry.domain.unit import UnitVersion

TODAY = date(2026, 11, 21)
END_2020, END_2025 = date(2020, 12, 31), date(2025, 12, 31)


class TestPeriod:
    def test_a_year_that_is_over(self) -> None:
        period = ReportPeriod.of(2020, today=TODAY)
        assert (period.first, period.last, period.is_over) == (date(2020, 1, 1), END_2020, True)

    def test_the_running_year_ends_today(self) -> None:
        period = ReportPeriod.of(2026, today=TODAY)
        assert (period.first, period.last, period.is_over) == (date(2026, 1, 1), TODAY, False)

    def test_the_last_day_of_the_year_is_the_whole_year(self) -> None:
        assert ReportPeriod.of(2026, today=date(2026, 12, 31)).is_over

    def test_a_future_year_has_no_report(self) -> None:
        with pytest.raises(PeriodNotBegun):
            ReportPeriod.of(2027, today=TODAY)

    def test_the_map_is_that_of_the_last_day_or_a_later_one(self) -> None:
        period = ReportPeriod.of(2020, today=TODAY)
        assert period.map_date(None) == period.map_date(END_2020) == END_2020
        assert period.map_date(TODAY) == TODAY
        with pytest.raises(MapBeforePeriodEnd):
            period.map_date(date(2020, 12, 30))


class TestWhoMaySee:
    @pytest.mark.parametrize(
        ("granted", "asked", "on"),
        [
            (("54", END_2020), "54", END_2020),
            (("54", END_2020), "22021", END_2020),
            (("54", END_2020), "22015", END_2025),
            (("66", TODAY), "54", END_2020),
            (("66", TODAY), "22021", END_2020),
            (("22015", TODAY), "22015", END_2020),
            (("22015", TODAY), "22024", END_2020),
        ],
        ids=[
            "the unit itself",
            "a commune that ended within it without a successor",
            "its successor's commune of today",
            "what became a part of it",
            "a commune that it holds as unplaced",
            "a commune that became another",
            "a divided commune by its default successor",
        ],
    )
    def test_covered(self, atlas: Atlas, granted: tuple[str, date], asked: str, on: date) -> None:
        self.require(atlas, granted, asked, on)

    @pytest.mark.parametrize(
        ("granted", "asked", "on"),
        [
            (("54", END_2020), "66", END_2025),
            (("54", END_2020), "66", END_2020),
            (("22015", TODAY), "54", END_2020),
            (("22015", TODAY), "22021", END_2020),
            (("22015", END_2020), "22021", END_2020),
            (("01", TODAY), "22021", END_2020),
        ],
        ids=[
            "the whole that it went into",
            "the neighbour of old",
            "what it lay in",
            "a commune without a successor",
            "another commune of the time",
            "another province",
        ],
    )
    def test_not_covered(self, atlas: Atlas, granted: tuple[str, date], asked: str, on: date) -> None:
        with pytest.raises(UnitNotGranted):
            self.require(atlas, granted, asked, on)

    def test_analysts_see_provinces_as_a_whole(self, atlas: Atlas) -> None:
        province = ("54", END_2020)
        self.require(atlas, province, "54", END_2020, role=Role.ANALYST)
        with pytest.raises(ExactFiguresNotGranted):
            self.require(atlas, province, "54", END_2020, role=Role.ANALYST, by_commune=True)
        with pytest.raises(ExactFiguresNotGranted):
            self.require(atlas, province, "555", END_2020, role=Role.ANALYST)
        with pytest.raises(UnitNotGranted):
            self.require(atlas, province, "01", END_2020, role=Role.ANALYST)

    def test_an_analyst_who_is_also_an_officer_sees_the_own_commune(self, atlas: Atlas) -> None:
        grants = (
            a_grant(atlas, Role.ANALYST, ("66", TODAY)),
            a_grant(atlas, Role.COMMUNE_OFFICER, ("22015", TODAY)),
        )
        mine, other = atlas.resolve("22015", TODAY), atlas.resolve("22045", TODAY)
        require_exact_figures(atlas, grants, mine, on=TODAY, today=TODAY, by_commune=True)
        with pytest.raises(ExactFiguresNotGranted):
            require_exact_figures(atlas, grants, other, on=TODAY, today=TODAY, by_commune=False)

    @staticmethod
    def require(
        atlas: Atlas,
        granted: tuple[str, date],
        asked: str,
        on: date,
        *,
        role: Role = Role.PROVINCE_MANAGER,
        by_commune: bool = False,
    ) -> None:
        grants = (a_grant(atlas, role, granted),)
        require_exact_figures(atlas, grants, atlas.resolve(asked, on), on=on, today=TODAY, by_commune=by_commune)


def a_grant(atlas: Atlas, role: Role, granted: tuple[str, date]) -> Grant:
    return Grant(UUID(int=1), role, atlas.resolve(*granted).unit_id, None, date(2026, 1, 1), None)


class TestRows:
    def test_a_person_in_two_communes_is_one_person_of_the_province(self, atlas: Atlas) -> None:
        both = Tally(Indicator.REHAB_DISTINCT_PERSONS, frozenset({unit(atlas, "22015"), unit(atlas, "22162")}), 2)
        report = compiled(atlas, "54", 2020, tallies=[both])
        assert report.total[Indicator.REHAB_DISTINCT_PERSONS] == 2
        rows = {commune.code: figures[Indicator.REHAB_DISTINCT_PERSONS] for commune, figures in report.communes}
        assert (rows["22015"], rows["22162"], rows["22165"]) == (2, 2, 0)

    def test_people_of_one_commune_make_one_affected_commune(self, atlas: Atlas) -> None:
        report = compiled(
            atlas,
            "54",
            2020,
            tallies=[
                Tally(Indicator.ADDICTED_PERSONS, frozenset({unit(atlas, "22015")}), 3),
                Tally(Indicator.ILLEGAL_USERS, frozenset({unit(atlas, "22015")}), 4),
                Tally(Indicator.NEW_ON_FILE, frozenset({unit(atlas, "22162")}), 4),
            ],
        )
        assert report.total[Indicator.PERSONS_ON_FILE] == 7
        assert report.total[Indicator.COMMUNES_AFFECTED] == 1

    def test_a_unit_that_had_not_begun_affects_no_commune_of_the_period(self, atlas: Atlas) -> None:
        begun_later = atlas.resolve("22015", TODAY).unit_id
        tally = Tally(Indicator.ADDICTED_PERSONS, frozenset({begun_later}), 1)
        report = compiled(atlas, "66", 2020, on=TODAY, tallies=[tally])
        assert report.total[Indicator.PERSONS_ON_FILE] == 1
        assert report.total[Indicator.COMMUNES_AFFECTED] == 0

    @pytest.mark.parametrize(
        ("code", "year", "on"),
        [("54", 2020, END_2020), ("66", 2020, TODAY), ("66", 2025, END_2025), ("75", 2026, TODAY), ("01", 2020, TODAY)],
    )
    def test_every_unit_is_counted_in_one_row(self, atlas: Atlas, code: str, year: int, on: date) -> None:
        asked = atlas.resolve(code, on)
        sources = atlas.sources_of(asked.unit_id, on)
        tallies = [Tally(Indicator.ILLEGAL_USERS, frozenset({source}), 1) for source in sources]
        statuses = [(source, CommuneStatus.HOTSPOT_TYPE_1) for source in sources]
        suspected = [SuspectedCount(source, date(year, 1, 1), 1) for source in sources]
        report = compiled(atlas, code, year, on=on, tallies=tallies, statuses=statuses, suspected=suspected)
        rows = [*(figures for _, figures in report.communes), report.unplaced]
        for indicator, definition in CATALOGUE.items():
            if definition.is_additive:
                assert sum(row[indicator] or 0 for row in rows) == report.total[indicator], indicator
        assert report.total[Indicator.PERSONS_ON_FILE] == len(sources)
        assert report.total[Indicator.HOTSPOT_COMMUNES] == report.total[Indicator.COMMUNES_TOTAL]

    def test_a_communes_row_is_its_own_report(self, atlas: Atlas) -> None:
        island = atlas.resolve("21548", END_2025)
        of_old = [atlas.resolve(code, date(2020, 2, 1)).unit_id for code in ("21541", "21544", "21547")]
        tallies = [Tally(Indicator.ADDICTED_PERSONS, frozenset({each}), 1) for each in (*of_old, island.unit_id)]
        province = compiled(atlas, "51", 2025, tallies=tallies)
        alone = compiled(atlas, "21548", 2025, tallies=tallies)
        assert {unit.code: figures for unit, figures in province.communes}["21548"] == alone.total
        assert alone.total[Indicator.PERSONS_ON_FILE] == 4
        assert alone.total[Indicator.COMMUNES_AFFECTED] == alone.total[Indicator.COMMUNES_TOTAL] == 1
        assert alone.unplaced == province.unplaced


class TestCommunes:
    def test_a_decision_goes_on_with_the_commune_that_took_the_territory(self, atlas: Atlas) -> None:
        ended = [(unit(atlas, code), CommuneStatus.HOTSPOT_TYPE_1) for code in ("22024", "22315")]
        report = compiled(atlas, "66", 2025, statuses=ended)
        assert report.total[Indicator.HOTSPOT_COMMUNES] == report.total[Indicator.HOTSPOT_COMMUNES_TYPE_1] == 1

    def test_a_commune_with_two_types_is_one_hotspot(self, atlas: Atlas) -> None:
        commune = unit(atlas, "22015")
        statuses = [(commune, CommuneStatus.HOTSPOT_TYPE_1), (commune, CommuneStatus.HOTSPOT_TYPE_3)]
        report = compiled(atlas, "54", 2020, statuses=statuses)
        assert report.total[Indicator.HOTSPOT_COMMUNES] == 1
        assert report.total[Indicator.HOTSPOT_COMMUNES_TYPE_3] == 1
        assert report.total[Indicator.DRUG_FREE_COMMUNES] == 0


class TestSuspected:
    SPRING, AUTUMN = date(2025, 3, 1), date(2025, 10, 1)

    def test_a_successors_report_takes_the_place_of_those_it_was_made_of(self, atlas: Atlas) -> None:
        successor = atlas.resolve("22015", TODAY).unit_id
        ended = [SuspectedCount(unit(atlas, code), self.SPRING, 10) for code in ("22024", "22315")]
        assert self.reported(atlas, ended) == (20, 1)
        assert self.reported(atlas, [*ended, SuspectedCount(successor, self.AUTUMN, 15)]) == (15, 1)

    def test_nothing_reported_is_unknown(self, atlas: Atlas) -> None:
        assert self.reported(atlas, []) == (None, 0)

    def test_reported_as_none_is_zero(self, atlas: Atlas) -> None:
        assert self.reported(atlas, [SuspectedCount(unit(atlas, "22024"), self.SPRING, 0)]) == (0, 1)

    @staticmethod
    def reported(atlas: Atlas, suspected: Sequence[SuspectedCount]) -> tuple[object, object]:
        total = compiled(atlas, "66", 2025, suspected=suspected).total
        return total[Indicator.SUSPECTED_PEOPLE], total[Indicator.COMMUNES_REPORTING_SUSPECTED]


def unit(atlas: Atlas, code: str) -> int:
    return atlas.resolve(code, END_2020).unit_id


def compiled(
    atlas: Atlas,
    code: str,
    year: int,
    *,
    on: date | None = None,
    tallies: Sequence[Tally] = (),
    statuses: Sequence[tuple[int, CommuneStatus]] = (),
    suspected: Sequence[SuspectedCount] = (),
) -> Report:
    period = ReportPeriod.of(year, today=TODAY)
    map_date = period.map_date(on)
    asked: UnitVersion = atlas.resolve(code, map_date)
    territory = Territory.of(atlas, asked, on=map_date, period=period)
    return compile_report(territory, Measured(tallies, statuses, suspected))
