"""The order of a batch: what is referred to first, and the device's own order otherwise."""

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from registry.domain.batch import Step, ordered

PERSON, FILE, STAY, NEXT = ((None, UUID(int=1)), *((UUID(int=1), UUID(int=number)) for number in (2, 3, 4)))


def test_a_person_goes_before_what_belongs_to_them() -> None:
    file = Step(FILE, creates=True, refers_to=frozenset({PERSON}))

    assert ordered([file, Step(PERSON, creates=True)]) == ([1, 0], [])


def test_the_stay_that_another_continues_goes_before_it() -> None:
    later = Step(NEXT, creates=True, refers_to=frozenset({PERSON, STAY}))
    first = Step(STAY, creates=True, refers_to=frozenset({PERSON}))

    assert ordered([later, first, Step(PERSON, creates=True)]) == ([2, 1, 0], [])


def test_operations_on_one_record_keep_their_order() -> None:
    steps = [Step(FILE, creates=True), Step(FILE, creates=False), Step(FILE, creates=False)]

    assert ordered(steps) == ([0, 1, 2], [])


def test_what_is_not_in_the_batch_is_not_waited_for() -> None:
    assert ordered([Step(FILE, creates=True, refers_to=frozenset({PERSON}))]) == ([0], [])


def test_a_circle_is_told_and_the_rest_goes_on() -> None:
    one = Step(STAY, creates=True, refers_to=frozenset({NEXT}))
    other = Step(NEXT, creates=True, refers_to=frozenset({STAY}))

    assert ordered([one, Step(FILE, creates=True), other]) == ([1], [0, 2])


names = st.sampled_from([PERSON, FILE, STAY, NEXT])
batches = st.lists(st.builds(Step, record=names, creates=st.booleans(), refers_to=st.frozensets(names)), max_size=12)


@given(batches)
def test_nothing_is_lost_and_nothing_comes_before_what_it_waits_for(steps: list[Step]) -> None:
    order, circular = ordered(steps)

    assert sorted(order + circular) == list(range(len(steps)))
    assert all(
        order.index(earlier) < order.index(later)
        for name in (PERSON, FILE, STAY, NEXT)
        for earlier, later in pairwise(place for place, step in enumerate(steps) if step.record == name)
        if {earlier, later} <= set(order)
    )
