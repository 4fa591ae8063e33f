"""What a replica does about a record: as it is seen now."""

import pytest

from registry.domain.feed import ChangeOperation, told_as
from registry.domain.record import FeedOperation, RecordState


@pytest.mark.parametrize("op", FeedOperation)
@pytest.mark.parametrize(
    ("state", "told"),
    [
        (RecordState.ACTIVE, ChangeOperation.UPSERT),
        (RecordState.VOIDED, ChangeOperation.VOID),
        (RecordState.ERASED, ChangeOperation.ERASE),
    ],
)
def test_what_is_seen_decides_whatever_the_row_once_said(
    op: FeedOperation, state: RecordState, told: ChangeOperation
) -> None:
    assert told_as(op, state) is told


@pytest.mark.parametrize("op", FeedOperation)
def test_what_is_seen_no_more_is_taken_away(op: FeedOperation) -> None:
    erased = op is FeedOperation.ERASE

    assert told_as(op, None) is (ChangeOperation.ERASE if erased else ChangeOperation.LEAVE)
