"""Vietnamese text: the folded form that searches compare, and the keys that lists are sorted by.

All of it is computed here and stored, so that every PostgreSQL gives the same answer, with or
without ICU. The keys are compared byte by byte (`COLLATE "C"`).
"""

import re
import unicodedata

# U+00F0 and U+0256 look like đ and stand for it in text converted from older encodings.
_STROKED_D = str.maketrans(dict.fromkeys("đðɖ", "d"))

# Dictionary order: level, huyền (grave), hỏi (hook), ngã (tilde), sắc (acute), nặng (dot below).
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}

# `{` and `|` follow `z`: a letter with a mark comes after every word that begins with the bare one.
_MARKED_LETTERS = {
    "a\u0306": "a{",
    "a\u0302": "a|",
    "e\u0302": "e{",
    "o\u0302": "o{",
    "o\u031b": "o|",
    "u\u031b": "u{",
}
_STROKED_D_RANK = str.maketrans(dict.fromkeys("đðɖ", "d{"))
_MARKED_LETTER = re.compile("|".join(_MARKED_LETTERS))
_MARKS = re.compile("[\u0300-\u036f]+")
_TONE = re.compile(f"[{''.join(_TONES)}]")
_WORD = re.compile(r"[^\W_]+")

# Below the space, and never part of a word: a shorter name comes before a longer one.
_SEPARATOR = "\t"


def fold(text: str) -> str:
    """Reduce to lower-case words without accents: `Hòa` and `Hoà` both become `hoa`, `Đ` becomes `d`."""
    words = " ".join(_decomposed(text).split())
    return _without_marks(words).translate(_STROKED_D)


def tokens(text: str) -> tuple[str, ...]:
    """Split into folded words; punctuation separates."""
    return tuple(_WORD.findall(fold(text)))


def sort_key(text: str) -> str:
    """Order as a Vietnamese dictionary does: by letters (a ă â ... d đ ...), then by tones, syllable by syllable.

    A tone counts for its syllable, wherever it is written: `Hòa` and `Hoà` have one key.
    """
    words = _decomposed(text).split()
    tones = "".join("".join(_TONES[mark] for mark in _TONE.findall(word)) or "0" for word in words)
    return f"{' '.join(map(_letters, words))}{_SEPARATOR}{tones}"


def name_sort_key(full_name: str) -> str:
    """Order people as a Vietnamese list does: by given name, which is the last word, then by the rest."""
    *rest, given = full_name.split() or [""]
    return f"{sort_key(given)}{_SEPARATOR}{sort_key(' '.join(rest))}"


def _letters(word: str) -> str:
    ranked = _MARKED_LETTER.sub(lambda match: _MARKED_LETTERS[match[0]], _TONE.sub("", word))
    return _without_marks(ranked).translate(_STROKED_D_RANK)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text.lower())


def _without_marks(decomposed: str) -> str:
    return _MARKS.sub("", decomposed)
