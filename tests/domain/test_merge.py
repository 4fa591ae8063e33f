"""Merging: the last survivor whatever the order, and what two histories hold at once."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain import merge
from registry.domain.episode import Episode, LegalBasis, Modality, Outcome
from registry.domain.management import FileCategory
from registry.domain.merge import File, History, MergeBlocked, MergeOfOne, OverlapKind

PEOPLE = [UUID(int=number) for number in range(1, 9)]
steps = st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), max_size=12)


def joined(pairs: list[tuple[UUID, UUID]]) -> dict[UUID, UUID]:
    """Merge as the service would: nobody twice, nobody into themselves."""
    into: dict[UUID, UUID] = {}
    for person, other in pairs:
        roots = merge.roots(PEOPLE, into)
        if roots[person] == person and roots[other] != person:
            into[person] = other
    return into


def a_stay(started: date, ended: date | None = None, modality: Modality = Modality.COMMUNITY) -> Episode:
    stay_id = uuid4()
    outcome = None if ended is None else Outcome.COMPLETED
    return Episode(stay_id, stay_id, modality, LegalBasis.VOLUNTARY, started, started, ended, outcome)


class TestRoots:
    @given(steps, st.randoms())
    def test_the_order_of_merges_does_not_matter(self, pairs: list[tuple[UUID, UUID]], random: st.DrawFn) -> None:
        into = joined(pairs)
        shuffled = list(into.items())
        random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random

        assert merge.roots(PEOPLE, dict(shuffled)) == merge.roots(PEOPLE, into)

    @given(steps)
    def test_a_survivor_survives_nobody_s_merge(self, pairs: list[tuple[UUID, UUID]]) -> None:
        into = joined(pairs)

        assert not set(merge.roots(PEOPLE, into).values()) & into.keys()

    @given(steps, st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))
    def test_what_is_undone_was_never_there(self, pairs: list[tuple[UUID, UUID]], person: UUID, other: UUID) -> None:
        into = joined(pairs)
        before = merge.roots(PEOPLE, into)
        if before[person] != person or before[other] == person:
            return
        into[person] = other
        assert merge.roots(PEOPLE, into) != before

        del into[person]

        assert merge.roots(PEOPLE, into) == before

    def test_nobody_is_merged_with_themselves(self) -> None:
        with pytest.raises(MergeOfOne):
            merge.require_two(PEOPLE[0], PEOPLE[0])


class TestOverlaps:
    SPRING, SUMMER, AUTUMN = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)

    @pytest.mark.parametrize(
        ("one", "other", "kinds"),
        [
            pytest.param(a_stay(SPRING), a_stay(SUMMER), [OverlapKind.OPEN_STAYS], id="two that are open"),
            pytest.param(a_stay(SPRING, AUTUMN), a_stay(SUMMER), [OverlapKind.OVERLAPPING_STAYS], id="one that ended"),
            pytest.param(a_stay(SPRING, SUMMER), a_stay(SUMMER), [], id="one after the other"),
            pytest.param(a_stay(SPRING), a_stay(SPRING, modality=Modality.METHADONE), [], id="on two tracks"),
        ],
    )
    def test_of_stays(self, one: Episode, other: Episode, kinds: list[OverlapKind]) -> None:
        for pair in ((one, other), (other, one)):
            found = merge.overlaps(*(History((stay,)) for stay in pair))
            assert [overlap.kind for overlap in found] == kinds

    def test_a_move_of_the_merged_stands_against_it_and_none_of_the_survivor(self) -> None:
        moving = History(open_moves=(uuid4(),))

        assert [overlap.kind for overlap in merge.overlaps(moving, History())] == [OverlapKind.OPEN_MOVE]
        assert merge.overlaps(History(), moving) == []

    def test_two_open_stays_stand_against_it_and_come_first(self) -> None:
        file, twin = (File(uuid4(), FileCategory.ADDICTED, None) for _ in range(2))

        found = merge.overlaps(History((a_stay(self.SPRING),), (file,)), History((a_stay(self.SUMMER),), (twin,)))

        assert [overlap.blocks for overlap in found] == [True, False]
        with pytest.raises(MergeBlocked):
            merge.require_mergeable(found)
        merge.require_mergeable(found[1:])
