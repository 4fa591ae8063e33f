"""Telling a change that is sent again from one that is made for the first time."""

from typing import Any

import pytest

from registry.domain.repetition import Said, are_its_own, changed_by, is_repeated, known

ME, THEM = "me", "them"


def versions(*said: tuple[str, dict[str, Any]]) -> list[Said]:
    """Versions of a record whose name was A, each with the fields that its author gave other values."""
    fields: dict[str, Any] = {"name": "A", "phone": "1"}
    found = [Said(1, THEM, dict(fields))]
    for version, (author, changes) in enumerate(said, start=2):
        fields |= changes
        found.append(Said(version, author, dict(fields)))
    return found


@pytest.mark.parametrize(
    ("since", "earlier", "wanted", "found"),
    [
        ([(ME, {"name": "B"})], [], {"name": "B"}, "made"),
        ([(ME, {"name": "B"}), (THEM, {"name": "C"})], [], {"name": "B"}, "made"),
        ([(THEM, {"name": "B"})], [], {"name": "B"}, "new"),
        ([(ME, {"phone": "2"})], [], {"name": "B"}, "new"),
        ([(THEM, {"phone": "2"}), (ME, {"name": "B"})], [], {"phone": "2"}, "new"),
        ([(ME, {"name": "B"})], [{"name": "B"}], {"name": "A"}, "new"),
        ([(ME, {"name": "B"}), (ME, {"name": "A"})], [{"name": "B"}], {"name": "A"}, "made"),
        ([(ME, {"name": "B"}), (ME, {"name": "C"})], [{"name": "B"}, {"name": "C"}], {"name": "B"}, "new"),
        ([(ME, {"name": "B"}), (ME, {"name": "C"}), (ME, {"name": "B"})], [{"name": "B"}, {"name": "C"}],
         {"name": "B"}, "made"),
        ([(ME, {"name": "B"})], [], {"name": "A"}, "new"),
    ],
    ids=["mine", "mine, theirs since", "theirs", "another field", "their field in a version of mine", "first back",
         "back again", "forth again, first", "forth again", "what it was"],
)  # fmt: skip
def test_a_change_is_repeated_where_its_author_made_it_behind_the_earlier_ones(
    since: list[tuple[str, dict[str, Any]]], earlier: list[dict[str, Any]], wanted: dict[str, Any], found: str
) -> None:
    assert is_repeated(versions(*since), ME, earlier, wanted) is (found == "made")


def test_a_device_knows_what_it_saw_and_what_it_changed() -> None:
    (base,) = versions()

    assert known(base, [{"name": "B"}, {"name": "C"}]) == {"name": "C", "phone": "1"}
    assert base.fields["name"] == "A"


def test_what_an_author_has_changed() -> None:
    since = versions((ME, {"name": "B"}), (THEM, {"phone": "2"}), (ME, {"name": "A"}))

    assert changed_by(since, ME) == {"name"}
    assert changed_by(since, THEM) == {"phone"}


@pytest.mark.parametrize(
    ("since", "earlier", "found"),
    [
        ([(ME, {"name": "B"})], [{"name": "B"}], "its own"),
        ([(ME, {"name": "B"}), (ME, {"name": "C"})], [{"name": "B"}, {"name": "C"}], "its own"),
        ([(THEM, {"name": "B"})], [{"name": "B"}], "not"),
        ([(ME, {"name": "B"})], [], "not"),
        ([(ME, {})], [], "not"),
        ([(ME, {}), (ME, {"name": "B"})], [{"name": "B"}], "not"),
        ([(ME, {"phone": "2"})], [{"name": "B"}], "not"),
    ],
    ids=["one", "two", "theirs", "elsewhere", "beside the body", "beside the body and one", "another"],
)
def test_what_came_since_is_the_device_s_own(
    since: list[tuple[str, dict[str, Any]]], earlier: list[dict[str, Any]], found: str
) -> None:
    assert are_its_own(versions(*since), ME, earlier) is (found == "its own")
