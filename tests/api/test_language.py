"""Which language a request is answered in."""

import pytest

from registry.api.language import Language, preferred


@pytest.mark.parametrize(
    ("accept_language", "expected"),
    [
        (None, Language.VI),
        ("", Language.VI),
        ("en", Language.EN),
        ("en-US,en;q=0.9", Language.EN),
        ("vi-VN,vi;q=0.9,en;q=0.8", Language.VI),
        ("en;q=0.5, vi;q=0.7", Language.VI),
        ("EN ; q=0.7 , vi;q=0.5", Language.EN),
        ("fr", Language.VI),
        ("fr, en;q=0.1", Language.EN),
        ("*", Language.VI),
        ("en;q=0", Language.VI),
        ("en;q=nonsense", Language.VI),
        ("en;q=nan", Language.VI),
        ("en;level=1", Language.VI),
        (";;;,,,==", Language.VI),
    ],
)
def test_the_highest_ranked_language_that_we_speak_is_chosen(accept_language: str | None, expected: Language) -> None:
    assert preferred(accept_language) is expected
