"""The catalogue of indicators, and how measures become figures."""

from pathlib import Path

import pytest

from registry.api.indicator_words import WORDS
from registry.api.language import Language
from registry.domain.catalogue import CATALOGUE, EXITS, HOTSPOTS, change, derive, share
from registry.domain.indicator import Counted, Indicator


def test_every_indicator_is_defined_and_in_order() -> None:
    assert list(CATALOGUE) == list(Indicator)


def test_every_indicator_has_its_words_in_both_languages() -> None:
    assert set(WORDS) == set(Indicator)
    assert all(set(words) == set(Language) for words in WORDS.values())


def test_no_two_indicators_have_the_same_words() -> None:
    for language in Language:
        assert len({words[language].label for words in WORDS.values()}) == len(Indicator)
        assert len({words[language].definition for words in WORDS.values()}) == len(Indicator)


def test_what_a_figure_is_made_of_is_counted_in_the_same_unit_and_time() -> None:
    for definition in CATALOGUE.values():
        parts = [CATALOGUE[part] for part in definition.parts]
        assert all((part.counted, part.time) == (definition.counted, definition.time) for part in parts)


def test_a_part_is_a_measure() -> None:
    """Sums are made in one step."""
    assert not any(CATALOGUE[part].parts for definition in CATALOGUE.values() for part in definition.parts)


def test_a_share_names_both_its_sides() -> None:
    for definition in CATALOGUE.values():
        sides = (definition.numerator is not None, definition.denominator is not None)
        is_compared = definition.counted in {Counted.PERCENT, Counted.CHANGE}
        assert sides == ((True, True) if is_compared else (False, False))


def test_every_outcome_and_every_hotspot_type_has_an_indicator() -> None:
    assert len(set(EXITS.values())) == len(EXITS) == 8
    assert len(set(HOTSPOTS.values())) == len(HOTSPOTS) == 3


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [(88, 110, 80.0), (1, 3, 33.3), (2, 3, 66.7), (1, 800, 0.1), (1, 2001, 0.0), (0, 5, 0.0), (5, 5, 100.0)],
)
def test_a_share_is_rounded_to_one_decimal_halves_up(numerator: int, denominator: int, percent: float) -> None:
    assert share(numerator, denominator) == percent


def test_a_share_of_nothing_is_unknown() -> None:
    assert share(0, 0) is None
    assert share(None, 5) is None
    assert share(5, None) is None


@pytest.mark.parametrize(
    ("after", "before", "percent"), [(47, 50, -6.0), (50, 50, 0.0), (0, 3, -100.0), (7, 3, 133.3), (2, 3, -33.3)]
)
def test_a_change_has_a_sign_and_one_decimal(after: int, before: int, percent: float) -> None:
    assert change(after, before) == percent


def test_a_change_of_nothing_is_unknown() -> None:
    assert change(5, 0) is None
    assert change(None, 5) is None


def test_measures_become_every_figure_of_the_catalogue() -> None:
    figures = derive(
        {
            Indicator.ADDICTED_PERSONS: 301,
            Indicator.ILLEGAL_USERS: 928,
            Indicator.COMMUNES_AFFECTED: 88,
            Indicator.COMMUNES_TOTAL: 110,
            Indicator.REHAB_PERSONS_FACILITY_COMPULSORY: 13,
            Indicator.REHAB_PERSONS_FACILITY_VOLUNTARY: 60,
            Indicator.REHAB_PERSONS_COMMUNITY: 35,
            Indicator.METHADONE_PATIENTS: 67,
            Indicator.SUSPECTED_PEOPLE: None,
        }
    )
    assert list(figures) == list(Indicator)
    assert figures[Indicator.PERSONS_ON_FILE] == 1229
    assert figures[Indicator.COMMUNES_AFFECTED_PCT] == 80.0
    assert figures[Indicator.REHAB_PERSONS] == 108
    assert figures[Indicator.SUSPECTED_PEOPLE] is None
    assert figures[Indicator.COMPLETION_RATE] is None
    assert figures[Indicator.HOTSPOT_COMMUNES] == 0


def test_every_indicator_stands_in_the_manual() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "indicators.md").read_text(encoding="utf-8")
    assert [code for code in Indicator if f"`{code}`" not in manual] == []
