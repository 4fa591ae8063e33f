"""What the documents on security claim: every test they name exists, every requirement is one of ASVS 5.0.0."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECURITY = ROOT / "docs" / "security"
NAMED = re.compile(r"`((?:[a-z_]+/)*test_[a-z_]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (\d+)\.(\d+)\.(\d+)(\*?) \| [^|]+ \| (met|not applicable|open) \| (.+) \|$", re.MULTILINE)

REQUIREMENTS = {
    1: (2, 10, 12, 3, 3), 2: (3, 3, 5, 2), 3: (1, 3, 5, 8, 8, 1, 5), 4: (5, 5, 2, 4), 5: (1, 6, 3, 3),
    6: (3, 12, 8, 6, 8, 4, 2, 4), 7: (3, 4, 2, 5, 3, 2), 8: (4, 4, 3, 2), 9: (3, 4), 10: (2, 3, 5, 16, 5, 2, 3),
    11: (4, 5, 5, 4, 2, 2, 2), 12: (5, 2, 5), 13: (4, 6, 4, 7), 14: (2, 8, 3), 15: (5, 5, 7, 4),
    16: (1, 5, 4, 3, 4), 17: (2, 8, 2),
}  # fmt: skip
"""How many requirements each section of each chapter of ASVS 5.0.0 has: 345 in all."""

ANSWERED = """
    1.2.4 1.2.10 1.3.12 1.5.3 2.2.1 2.2.2 2.2.3 2.3.1 2.3.2 2.3.3 2.3.4 2.3.5 2.4.1 4.1.1 4.1.2 4.1.3 4.1.4
    6.1.1 6.1.2 6.1.3 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.2.9 6.2.10 6.2.11 6.2.12 6.3.1 6.3.2
    6.3.3 6.3.4 6.3.5 6.3.6 6.3.7 6.3.8 6.4.1 6.4.2 6.4.3 6.4.4 6.4.5 6.4.6 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.5.6
    6.5.7 6.5.8 6.6.1 6.6.2 6.6.3 6.6.4 6.7.1 6.7.2 6.8.1 6.8.2 6.8.3 6.8.4
    7.4.1 7.4.2 7.4.3 7.4.4 7.4.5 8.1.1 8.1.2 8.1.3 8.1.4 8.2.1 8.2.2 8.2.3 8.2.4 8.3.2 8.3.3 8.4.1
    9.1.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3 9.2.4 10.3.1 10.3.2 10.3.3 10.3.4 10.3.5 11.2.2 11.3.2 11.3.3 11.3.4
    11.4.1 11.5.1 12.1.1 12.1.2 12.1.3 12.1.4 12.1.5 12.2.1 12.2.2 12.3.1 12.3.2 12.3.3 12.3.4 12.3.5
    13.1.2 13.1.3 13.2.1 13.2.2 13.2.3 13.2.4 13.2.5 13.2.6 13.3.1 13.3.2 13.3.3 13.3.4 13.4.5 13.4.6
    14.2.1 14.2.6 14.2.7 14.3.2 15.1.2 15.1.3 15.2.4 15.3.1 15.3.2 15.3.3 15.4.2
    16.2.5 16.3.1 16.3.2 16.3.3 16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3 16.5.4
"""
"""The requirements that this project has set out to answer one by one."""


@cache
def text(name: str) -> str:
    return (SECURITY / name).read_text("utf-8")


@cache
def rows() -> dict[str, tuple[str, str]]:
    """State and proof of each requirement."""
    return {".".join(found[:3]): (found[4], found[5]) for found in ROW.findall(text("asvs.md"))}


def test_asvs_has_345_requirements() -> None:
    assert sum(map(sum, REQUIREMENTS.values())) == 345


@pytest.mark.parametrize("page", sorted(page.name for page in SECURITY.glob("*.md")))
def test_every_test_that_is_named_exists(page: str) -> None:
    named = NAMED.findall(text(page))
    assert len(named) >= text(page).count("::test_") > 0
    for path, name in named:
        file = ROOT / "tests" / path
        assert file.exists(), path
        assert re.search(rf"\bdef {name}\(", file.read_text("utf-8")), f"{path}::{name}"


def test_every_line_of_the_tables_is_read() -> None:
    lines = re.findall(r"^\| \d.*$", text("asvs.md"), re.MULTILINE)
    assert len(lines) == len(rows())


def test_no_requirement_is_invented() -> None:
    for number in re.findall(r"\b(\d+)\.(\d+)\.(\d+)\b", text("asvs.md").replace("5.0.0", "")):
        chapter, section, requirement = map(int, number)
        assert requirement <= REQUIREMENTS[chapter][section - 1], number


def test_every_requirement_that_was_to_be_answered_is() -> None:
    assert set(ANSWERED.split()) <= set(rows())


def test_what_is_met_names_what_shows_it() -> None:
    bare = [number for number, (state, proof) in rows().items() if state == "met" and "::test_" not in proof]
    assert bare == []
