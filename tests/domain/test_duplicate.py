"""Duplicates: signs, scores, and the groups in which they are looked for."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.duplicate import (
    CERTAIN,
    PROBABLE,
    Portrait,
    Sign,
    blocking_keys,
    compare,
    keys_to_search,
    pair_id,
    rank,
)
from registry.domain.person import Sex

MAU = Portrait(UUID(int=1), "Nguyễn Văn Mẫu", ("Tư Mẫu",), Sex.MALE, date(1992, 5, 7), 1992, "Tuy Hòa")
OTHER = UUID(int=2)

names = st.sampled_from(["Nguyễn Văn Mẫu", "Nguyễn Mẫu", "Nguyen Van Mau", "Trần Thị Thử", "Mẫu Văn Nguyễn", "Lý"])
places = st.none() | st.sampled_from(["Tuy Hòa", "Tuy Hoà", "Huế"])
days = st.sampled_from([date(1990, 4, 3), date(1990, 3, 4), date(1990, 5, 17), date(1991, 4, 3), date(1993, 4, 3)])
births = st.one_of(
    st.none().map(lambda _: (None, None)),
    st.integers(1988, 1994).map(lambda year: (None, year)),
    days.map(lambda day: (day, day.year)),
)
portraits = st.builds(
    lambda born, **told: Portrait(birth_date=born[0], birth_year=born[1], **told),
    born=births,
    id=st.uuids(version=4),
    full_name=names,
    aliases=st.lists(names, max_size=2).map(tuple),
    sex=st.sampled_from(Sex),
    birthplace=places,
    numbers=st.frozensets(st.sampled_from([b"1", b"2", b"3"]), max_size=2),
)


def like(**changed: object) -> Portrait:
    return replace(MAU, id=OTHER, **changed)  # type: ignore[arg-type]  # of the fields' own types


class TestSigns:
    @pytest.mark.parametrize(
        ("other", "signs"),
        [
            pytest.param(
                like(), {Sign.SAME_NAME, Sign.SAME_BIRTH_DATE, Sign.SAME_BIRTHPLACE}, id="everything but a number"
            ),
            pytest.param(
                like(full_name="NGUYEN VAN MAU", birthplace="Tuy Hoà"),
                {Sign.SAME_NAME, Sign.SAME_BIRTH_DATE, Sign.SAME_BIRTHPLACE},
                id="without accents",
            ),
            pytest.param(
                like(full_name="Tư Mẫu", birth_date=None, birthplace=None),
                {Sign.SAME_ALIAS, Sign.SAME_BIRTH_YEAR},
                id="under the name that the village uses",
            ),
            pytest.param(
                like(full_name="Nguyễn Mẫu", aliases=(), birth_date=date(1992, 7, 5), birthplace=None),
                {Sign.SIMILAR_NAME, Sign.DAY_AND_MONTH_SWAPPED},
                id="day and month swapped, middle name left out",
            ),
            pytest.param(
                like(birth_date=None, birth_year=1993, sex=Sex.UNKNOWN, birthplace=None),
                {Sign.SAME_NAME, Sign.NEAR_BIRTH_YEAR},
                id="a year guessed",
            ),
            pytest.param(
                like(birth_date=date(1970, 1, 31), birth_year=1970, sex=Sex.FEMALE, birthplace="Huế"),
                {Sign.SAME_NAME, Sign.OTHER_BIRTH_YEAR, Sign.OTHER_SEX},
                id="a namesake",
            ),
        ],
    )
    def test_are_those_that_an_officer_would_name(self, other: Portrait, signs: set[Sign]) -> None:
        assert set(compare(MAU, other).signs) == signs

    def test_the_strongest_is_named_first(self) -> None:
        assert compare(MAU, like()).signs == (Sign.SAME_NAME, Sign.SAME_BIRTH_DATE, Sign.SAME_BIRTHPLACE)


class TestScores:
    def test_one_number_is_enough_whatever_else_differs(self) -> None:
        renamed = like(full_name="Lý Khác", aliases=(), birth_date=None, birth_year=1960, numbers=frozenset({b"n"}))

        assert compare(replace(MAU, numbers=frozenset({b"n", b"m"})), renamed).score == CERTAIN

    def test_a_namesake_of_another_age_and_sex_is_none(self) -> None:
        assert compare(MAU, like(birth_date=None, birth_year=1960, sex=Sex.FEMALE)).score < PROBABLE

    def test_a_name_alone_is_not_enough(self) -> None:
        assert not compare(MAU, like(birth_date=None, birth_year=None, birthplace=None)).is_probable

    def test_name_and_year_are(self) -> None:
        assert compare(MAU, like(birth_date=None, birthplace=None)).is_probable

    @given(portraits, portraits)
    def test_either_way_round_the_score_is_the_same(self, one: Portrait, other: Portrait) -> None:
        assert compare(one, other).score == compare(other, one).score
        assert compare(one, other).signs == compare(other, one).signs

    @given(portraits, st.lists(portraits, max_size=6))
    def test_the_order_of_candidates_changes_nothing(self, one: Portrait, candidates: list[Portrait]) -> None:
        found = rank(one, candidates)

        assert found == rank(one, reversed(candidates))
        assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
        assert all(match.is_probable for match in found)

    def test_nobody_is_their_own_duplicate(self) -> None:
        assert rank(MAU, [MAU]) == []


class TestGroups:
    @pytest.mark.parametrize(
        "other",
        [
            pytest.param(like(full_name="nguyen van mau"), id="without accents"),
            pytest.param(like(full_name="Mẫu Nguyễn Văn", birth_date=None), id="in another order"),
            pytest.param(like(full_name="Nguyễn Mẫu", birth_date=date(1992, 7, 5)), id="middle name left out"),
            pytest.param(like(birth_date=None, birth_year=1991), id="a year off"),
            pytest.param(like(full_name="Trần Văn Tư", aliases=("Tư Mẫu",)), id="under the same alias"),
        ],
    )
    def test_of_likely_duplicates_meet(self, other: Portrait) -> None:
        assert blocking_keys(other) & set(keys_to_search(MAU))
        assert blocking_keys(MAU) & set(keys_to_search(other))

    def test_of_others_do_not(self) -> None:
        assert not set(keys_to_search(MAU)) & blocking_keys(like(full_name="Nguyễn Văn Mẫn", aliases=()))
        assert not set(keys_to_search(MAU)) & blocking_keys(like(birth_date=None, birth_year=1989))

    @settings(max_examples=2000)
    @given(portraits, portraits)
    def test_miss_nobody_whose_score_is_shown(self, one: Portrait, other: Portrait) -> None:
        found = compare(replace(one, numbers=frozenset()), other)

        if found.is_probable:
            assert blocking_keys(other) & set(keys_to_search(one)), found

    @given(portraits)
    def test_hold_the_person_too(self, one: Portrait) -> None:
        assert blocking_keys(one) <= set(keys_to_search(one))

    @given(portraits)
    def test_are_few_and_looked_into_from_the_most_telling_on(self, one: Portrait) -> None:
        keys = keys_to_search(one)
        own = [key for key in keys if key in blocking_keys(one)]

        assert len(set(keys)) == len(keys) <= 4 + len(one.aliases)
        assert list(keys[: len(own)]) == own
        assert [key.startswith("born") for key in keys] == sorted(
            (key.startswith("born") for key in keys), reverse=True
        )


class TestPairs:
    def test_have_one_name_from_either_side(self) -> None:
        assert pair_id(MAU.id, OTHER, is_certain=True) == pair_id(OTHER, MAU.id, is_certain=True)

    def test_are_another_matter_once_both_show_one_number(self) -> None:
        number = frozenset({b"n"})

        assert compare(replace(MAU, numbers=number), like(numbers=number)).is_certain
        assert not compare(MAU, like()).is_certain
        assert pair_id(MAU.id, OTHER, is_certain=True) != pair_id(MAU.id, OTHER, is_certain=False)
