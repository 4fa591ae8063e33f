"""Rates by the number of people who live in a commune."""

import pytest

from registry.domain.card import FIGURES, Population, per_10_000
from registry.domain.catalogue import CATALOGUE
from registry.domain.indicator import Value


@pytest.mark.parametrize(
    ("count", "population", "rate"),
    [(14, 7350, 19.0), (1, 7350, 1.4), (0, 7350, 0.0), (1, 16000, 0.6), (5, 1, 50000.0)],
)
def test_a_rate_is_rounded_to_one_decimal_halves_up(count: int, population: int, rate: float) -> None:
    assert per_10_000(count, Population(2020, population)) == rate


@pytest.mark.parametrize(("count", "population"), [(14, None), (None, Population(2020, 10)), (3, Population(2020, 0))])
def test_a_rate_without_a_side_is_unknown(count: Value, population: Population | None) -> None:
    assert per_10_000(count, population) is None


def test_a_card_shows_figures_of_the_catalogue_each_once() -> None:
    assert len(set(FIGURES)) == len(FIGURES)
    assert set(FIGURES) <= set(CATALOGUE)
