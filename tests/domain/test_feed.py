"""What a replica does about a record: as it is seen now."""

import pytest

from registry.domain.feed import ChangeOperation, gone_as, seen_as
from registry.domain.record import FeedOperation, RecordState


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (RecordState.ACTIVE, ChangeOperation.UPSERT),
        (RecordState.VOIDED, ChangeOperation.VOID),
        (RecordState.ERASED, ChangeOperation.ERASE),
    ],
)
def test_what_is_seen_is_told_as_it_is_now(state: RecordState, told: ChangeOperation) -> None:
    assert seen_as(state) is told


@pytest.mark.parametrize("op", FeedOperation)
def test_what_is_seen_no_more_is_taken_away(op: FeedOperation) -> None:
    erased = op is FeedOperation.ERASE

    assert gone_as(op) is (ChangeOperation.ERASE if erased else ChangeOperation.LEAVE)
