from datetime import UTC, datetime

import pytest

from registry.domain.checkpoint import Checkpoint, NoCheckpoint

CHECKPOINT = Checkpoint("registry.example/audit", 42, bytes(range(32)), datetime(2026, 11, 21, 3, 0, 5, tzinfo=UTC))
TEXT = "registry.example/audit\n42\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\ntime 2026-11-21T03:00:05Z\n"


def test_the_text_is_c2sp_s_with_a_line_of_our_own() -> None:
    assert CHECKPOINT.text == TEXT
    assert Checkpoint.parse(TEXT) == CHECKPOINT


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace("\n42\n", "\n042\n"),
        TEXT.replace("\n42\n", "\n-42\n"),
        TEXT.replace("Hh8=", "Hh9="),
        TEXT.replace("\ntime", "\n\ntime"),
        TEXT.replace("Z\n", "+00:00\n"),
        TEXT.replace("05Z", "65Z"),
        TEXT.replace("\n", "\r\n"),
        TEXT[:-1],
        TEXT + "more\n",
        "",
    ],
)
def test_another_spelling_is_refused(other: str) -> None:
    with pytest.raises(NoCheckpoint):
        Checkpoint.parse(other)
