"""Three-way merges: disjoint changes join, the rest is for a human."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from registry.domain.three_way import merge

BASE = {"name": "Mẫu", "occupation": "Ngư dân", "phone": None}

states = st.fixed_dictionaries({name: st.sampled_from([None, 1, 2]) for name in ("a", "b", "c")})
State = dict[str, Any]


def test_changes_that_do_not_touch_join() -> None:
    merged = merge(BASE, BASE | {"phone": "0900 000 009"}, {"occupation": "Thợ hồ"})

    assert (merged.fields, merged.conflicts) == ({"occupation": "Thợ hồ"}, ())


def test_two_values_of_one_field_are_for_a_human() -> None:
    merged = merge(BASE, BASE | {"occupation": "Bảo vệ"}, {"occupation": "Thợ hồ", "phone": "0900 000 009"})

    assert (merged.fields, merged.conflicts) == ({"phone": "0900 000 009"}, ("occupation",))


def test_the_same_change_made_twice_is_made() -> None:
    assert merge(BASE, BASE | {"phone": "1"}, {"phone": "1"}).conflicts == ()


def test_a_field_sent_unchanged_claims_nothing() -> None:
    merged = merge(BASE, BASE | {"phone": "1"}, BASE | {"occupation": "Thợ hồ"})

    assert (merged.fields, merged.conflicts) == ({"occupation": "Thợ hồ"}, ())


def test_some_fields_do_not_join_beside_any_other_change() -> None:
    moved_on = BASE | {"phone": "1"}

    assert merge(BASE, moved_on, {"name": "Mẫn"}, alone={"name"}).conflicts == ("name",)
    assert merge(BASE, BASE, {"name": "Mẫn"}, alone={"name"}).fields == {"name": "Mẫn"}


@given(states, states, states)
def test_no_value_of_either_side_is_lost_silently(base: State, current: State, wanted: State) -> None:
    merged = merge(base, current, wanted)
    result = current | dict(merged.fields)

    for name in base:
        if wanted[name] != base[name]:
            assert result[name] == wanted[name] or name in merged.conflicts
        else:
            assert result[name] == current[name]


@given(states, states)
def test_on_an_unmoved_record_everything_applies(base: State, wanted: State) -> None:
    assert base | dict(merge(base, base, wanted).fields) == wanted
