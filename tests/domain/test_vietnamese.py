"""Folding and ordering of Vietnamese text."""

import unicodedata
from collections.abc import Callable

import pytest

from registry.domain.vietnamese import fold, name_sort_key, sort_key, tokens


def _shuffled_then_sorted(texts: list[str], key: Callable[[str], str]) -> list[str]:
    backwards = list(reversed(texts))
    return sorted(backwards, key=key)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Nguyễn Văn Ứng", "nguyen van ung"),
        ("ĐẶNG", "dang"),
        ("Hòa", "hoa"),
        ("Hoà", "hoa"),
        ("  Phú \t Yên\n", "phu yen"),
        ("Ðắk Lắk", "dak lak"),  # the Icelandic Ð of converted files
        ("Ia H'Drai", "ia h'drai"),
        ("", ""),
    ],
)
def test_fold_drops_case_accents_and_extra_spaces(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_composed_and_decomposed_text_are_the_same() -> None:
    composed = "Trần Thị Hợi"
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert fold(composed) == fold(decomposed)
    assert sort_key(composed) == sort_key(decomposed)
    assert name_sort_key(composed) == name_sort_key(decomposed)


def test_tokens_are_folded_words() -> None:
    assert tokens("Ia H'Drai, Đắk-Lắk (66)") == ("ia", "h", "drai", "dak", "lak", "66")
    assert tokens(" ,. ") == ()


@pytest.mark.parametrize(
    "ordered",
    [
        # What Debian's vi-x-icu gives.
        "an ăn Ân dao đá đào em Ế oi ôi ơi zet",
        "ma mà mả mã má mạ",
        "an az ăn ât ba",
        "do du đa đo",
        "tu tư ty",
    ],
)
def test_sort_key_follows_the_alphabet_then_the_tones(ordered: str) -> None:
    words = ordered.split()
    assert _shuffled_then_sorted(words, sort_key) == words
    assert sorted(words, key=lambda word: sort_key(word).encode()) == words


def test_tones_decide_only_between_equal_letters_and_syllable_by_syllable() -> None:
    names = ["ma ma", "ma mạ", "mà ma", "má ma", "má mà", "mạ ma", "ma mo", "ma mô", "man a"]
    assert _shuffled_then_sorted(names, sort_key) == names


def test_a_shorter_name_comes_first() -> None:
    names = ["An", "An Bình", "An Bình Đông", "Anh"]
    assert _shuffled_then_sorted(names, sort_key) == names


def test_both_spellings_of_a_tone_have_one_key() -> None:
    assert sort_key("Hòa Thúy") == sort_key("Hoà Thuý")


def test_people_are_listed_by_given_name_then_by_the_rest() -> None:
    names = [
        "An",
        "Lê An",
        "Nguyễn Bình An",
        "Đỗ Văn Ân",
        "Trần Anh Dũng",
        "Bùi Đào",
        "Vũ Thị Hà",
        "Lê Hạ",
        "Đinh Văn Ứng",
    ]
    expected = ["An", "Lê An", "Nguyễn Bình An", *names[3:]]
    assert _shuffled_then_sorted(names, name_sort_key) == expected


def test_surnames_with_a_bar_come_after_those_without() -> None:
    names = ["Dương Văn An", "Đinh Văn An", "Đỗ Văn An", "Lê Văn An"]
    assert _shuffled_then_sorted(names, name_sort_key) == names


def test_a_name_without_words_has_a_key() -> None:
    assert name_sort_key("  ") < name_sort_key("A")
