"""The vectors of RFC 7396, appendix A, and what holds for every patch."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.merge_patch import merged

VECTORS: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]

leaves = st.none() | st.booleans() | st.integers() | st.text()
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
)


@pytest.mark.parametrize(("target", "patch", "result"), VECTORS)
def test_the_vectors_of_the_standard(target: Any, patch: Any, result: Any) -> None:  # noqa: ANN401 - JSON is anything
    assert merged(target, patch) == result


@given(values, values)
def test_a_patch_applied_twice_changes_nothing_more(target: Any, patch: Any) -> None:  # noqa: ANN401 - as above
    once = merged(target, patch)

    assert merged(once, patch) == once


@given(values)
def test_nothing_to_patch_is_nothing_to_do(target: Any) -> None:  # noqa: ANN401 - as above
    assert merged(target, {}) == (target if isinstance(target, dict) else {})
