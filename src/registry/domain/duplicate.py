"""Duplicates: how likely two entries are the same person, and why. Pure and deterministic.

Nothing here decides: a score is an explained suggestion, and people are joined by two officers.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import product
from typing import TypeAlias
from uuid import UUID, uuid5

from registry.domain.person import Sex
from registry.domain.vietnamese import fold, tokens

CERTAIN, PROBABLE = 100, 60
"""Scores from which a pair is an exact match, and from which it is shown to an officer."""

REVIEWED, MOST_REVIEWS = 75, 3
"""Of people out of the writer's reach a province is asked only about likelier ones, and few at a time: in a whole
country, a common name and a year of birth are shared by thousands."""

MOST_CANDIDATES = 200
"""People compared per check; those who share the most telling groups come first."""

RULES = "1 born, name in year"
"""Names the groups below: who is in others since a release, or under another secret, is put into these anew."""

_PAIRS = UUID("5f0d6a0e-6d0b-4c57-9b8e-3f6a1c2d7e41")


Words: TypeAlias = Callable[[str], tuple[str, ...]]
"""Tells a name's folded words."""


class Sign(StrEnum):
    """What speaks for or against two entries being one person."""

    SAME_NUMBER = "same_number"
    SAME_NAME = "same_name"
    SAME_ALIAS = "same_alias"
    SIMILAR_NAME = "similar_name"
    SAME_BIRTH_DATE = "same_birth_date"
    DAY_AND_MONTH_SWAPPED = "day_and_month_swapped"
    SAME_BIRTH_YEAR = "same_birth_year"
    NEAR_BIRTH_YEAR = "near_birth_year"
    SAME_BIRTHPLACE = "same_birthplace"
    OTHER_SEX = "other_sex"
    OTHER_BIRTH_YEAR = "other_birth_year"
    NAME_DIFFERS = "name_differs"


_WEIGHTS = {
    Sign.SAME_NUMBER: 100,
    Sign.SAME_NAME: 45,
    Sign.SAME_ALIAS: 35,
    Sign.SIMILAR_NAME: 25,
    Sign.SAME_BIRTH_DATE: 40,
    Sign.DAY_AND_MONTH_SWAPPED: 30,
    Sign.SAME_BIRTH_YEAR: 20,
    Sign.NEAR_BIRTH_YEAR: 8,
    Sign.SAME_BIRTHPLACE: 10,
    Sign.OTHER_SEX: -40,
    Sign.OTHER_BIRTH_YEAR: -40,
    Sign.NAME_DIFFERS: -20,
}


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is compared of a person. `numbers` are blind indexes, so that no number is read for it."""

    id: UUID
    full_name: str
    aliases: tuple[str, ...] = ()
    sex: Sex = Sex.UNKNOWN
    birth_date: date | None = None
    birth_year: int | None = None
    birthplace: str | None = None
    numbers: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two portraits are: 0 to 100, and the signs it rests on in the order of their weight."""

    id: UUID
    score: int
    signs: tuple[Sign, ...]

    @property
    def is_probable(self) -> bool:
        """Whether an officer should look at the pair."""
        return self.score >= PROBABLE

    @property
    def is_certain(self) -> bool:
        """Whether both show one number."""
        return Sign.SAME_NUMBER in self.signs


def blocking_keys(portrait: Portrait) -> frozenset[str]:
    """Name the small groups in which a duplicate of this person would be looked for.

    Names are told without accents. Who shares no group has no score that is shown, so these are all there are: the
    first and last name with a day of birth, which a middle name left out and day and month swapped do not change; and
    each whole name, in any order, with its year.
    """
    return frozenset((*_born(portrait), *_named(_names(portrait), _years(portrait))))


def keys_to_search(portrait: Portrait) -> tuple[str, ...]:
    """The groups to look into, the most telling first: the person's own, then the name in years beside the declared.

    Years are often a guess; an alias and another year say too little.
    """
    names, years = _names(portrait), _years(portrait)
    beside = tuple(near for year in years for near in (year - 1, year + 1))
    return tuple(dict.fromkeys((*_born(portrait), *_named(names, years), *_named(names[:1], beside))))


def pair_id(one: UUID, other: UUID, *, is_certain: bool) -> UUID:
    """Name a pair, whichever of the two is looked at: what was decided of it is not asked again.

    A pair that was merely probable is another matter once both show one number.
    """
    return uuid5(_PAIRS, " ".join((*sorted((str(one), str(other))), "certain" if is_certain else "probable")))


def compare(one: Portrait, other: Portrait, *, words: Words = tokens) -> Likeness:
    """Say how alike two portraits are, and why. The order of the two does not matter but for the id that is named."""
    signs = sorted(set(_signs(one, other, words)), key=lambda sign: (-abs(_WEIGHTS[sign]), sign))
    score = min(CERTAIN, max(0, sum(_WEIGHTS[sign] for sign in signs)))
    return Likeness(other.id, CERTAIN if Sign.SAME_NUMBER in signs else score, tuple(signs))


def rank(one: Portrait, candidates: Iterable[Portrait]) -> list[Likeness]:
    """Those who are probably the same person, the likeliest first; the person is not compared with itself."""
    words = cache(tokens)  # candidates share few names; none is kept beyond this
    found = (compare(one, other, words=words) for other in candidates if other.id != one.id)
    return sorted((like for like in found if like.is_probable), key=lambda like: (-like.score, like.id))


def _names(portrait: Portrait) -> list[tuple[str, ...]]:
    """Every name in folded words, once each."""
    told = (tokens(name) for name in (portrait.full_name, *portrait.aliases))
    return list(dict.fromkeys(words for words in told if words))


def _years(portrait: Portrait) -> tuple[int, ...]:
    return () if portrait.birth_year is None else (portrait.birth_year,)


def _born(portrait: Portrait) -> Iterator[str]:
    words, born = tokens(portrait.full_name), portrait.birth_date
    if words and born is not None:
        first, second = sorted((born.month, born.day))
        yield f"born {words[0]} {words[-1]} {born.year} {first} {second}"


def _named(names: Iterable[tuple[str, ...]], years: Iterable[int]) -> Iterator[str]:
    return (f"name {' '.join(sorted(words))} {year}" for year, words in product(years, names))


def _signs(one: Portrait, other: Portrait, words: Words) -> Iterator[Sign]:
    if one.numbers & other.numbers:
        yield Sign.SAME_NUMBER
    yield _of_names(one, other, words)
    yield from _of_births(one, other)
    if Sex.UNKNOWN not in {one.sex, other.sex} and one.sex is not other.sex:
        yield Sign.OTHER_SEX
    if one.birthplace and other.birthplace and fold(one.birthplace) == fold(other.birthplace):
        yield Sign.SAME_BIRTHPLACE


def _of_names(one: Portrait, other: Portrait, words: Words) -> Sign:
    mine, theirs = words(one.full_name), words(other.full_name)
    if mine == theirs:
        return Sign.SAME_NAME
    aliases = {words(alias) for alias in one.aliases}, {words(alias) for alias in other.aliases}
    if mine in aliases[1] or theirs in aliases[0] or aliases[0] & aliases[1]:
        return Sign.SAME_ALIAS
    if sorted(mine) == sorted(theirs) or _drops_a_word(mine, theirs):
        return Sign.SIMILAR_NAME
    return Sign.NAME_DIFFERS


def _drops_a_word(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Tell whether one name leaves out a middle word of the other; family and given name stand."""
    shorter, longer = sorted((mine, theirs), key=len)
    ends = len(shorter) >= 2 and (shorter[0], shorter[-1]) == (longer[0], longer[-1])
    return ends and set(shorter) < set(longer)


def _of_births(one: Portrait, other: Portrait) -> Iterator[Sign]:
    if one.birth_date and other.birth_date:
        if one.birth_date == other.birth_date:
            yield Sign.SAME_BIRTH_DATE
            return
        if one.birth_date == _swapped(other.birth_date):
            yield Sign.DAY_AND_MONTH_SWAPPED
            return
    if one.birth_year is None or other.birth_year is None:
        return
    match abs(one.birth_year - other.birth_year):
        case 0:
            yield Sign.SAME_BIRTH_YEAR
        case 1:
            yield Sign.NEAR_BIRTH_YEAR
        case years if years > 2:
            yield Sign.OTHER_BIRTH_YEAR


def _swapped(day: date) -> date | None:
    return date(day.year, day.day, day.month) if day.day <= 12 else None
