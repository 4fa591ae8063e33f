"""When a conflict is settled, and when who sent it has decided it."""

from dataclasses import replace

import pytest

from registry.domain.conflict import (
    Conflict,
    ConflictDecision,
    ConflictNotOpen,
    ConflictStatus,
    is_decided_by,
    is_repeated,
    settle,
)

OPEN = Conflict(ConflictStatus.OPEN, frozenset({"issuer", "closed_on"}), met_version=3)
NOTHING = frozenset[str]()
ISSUER = frozenset({"issuer"})


def test_a_decision_says_who_took_it_and_what_was_taken_over() -> None:
    applied = settle(OPEN, ConflictDecision.APPLY, ISSUER, by="anh")
    kept = settle(OPEN, ConflictDecision.KEEP, NOTHING, by="anh")

    assert (applied.status, applied.applied, applied.settled_by) == (ConflictStatus.APPLIED, ISSUER, "anh")
    assert (kept.status, kept.applied) == (ConflictStatus.KEPT, NOTHING)


@pytest.mark.parametrize("status", [status for status in ConflictStatus if status is not ConflictStatus.OPEN])
def test_what_is_settled_stays_so(status: ConflictStatus) -> None:
    with pytest.raises(ConflictNotOpen) as refusal:
        settle(replace(OPEN, status=status), ConflictDecision.KEEP, NOTHING, by="anh")

    assert refusal.value.facts == {"status": status}


@pytest.mark.parametrize(
    ("decision", "fields", "by", "expected"),
    [
        (ConflictDecision.APPLY, ISSUER, "anh", True),
        (ConflictDecision.APPLY, ISSUER, "bình", False),
        (ConflictDecision.APPLY, frozenset({"closed_on"}), "anh", False),
        (ConflictDecision.KEEP, NOTHING, "anh", False),
    ],
    ids=["the very same", "somebody else's", "of another field", "another"],
)
def test_the_same_decision_is_known_again(
    decision: ConflictDecision, fields: frozenset[str], by: str, *, expected: bool
) -> None:
    settled = settle(OPEN, ConflictDecision.APPLY, ISSUER, by="anh")

    assert is_repeated(settled, decision, fields, by=by) is expected


@pytest.mark.parametrize(
    ("conflict", "fields", "base", "expected"),
    [
        (OPEN, {"issuer", "closed_on", "decision_on"}, 3, True),
        (OPEN, {"issuer", "closed_on"}, 4, True),
        (OPEN, {"issuer", "closed_on"}, 2, False),
        (OPEN, {"issuer"}, 3, False),
        (OPEN, None, 3, True),
        (OPEN, None, None, False),
        (replace(OPEN, touching=NOTHING), {"issuer"}, 3, False),
        (replace(OPEN, met_version=None), None, 3, False),
    ],
    ids=[
        "every field from what was met", "from a later version", "from before it was met", "of some fields only",
        "by voiding it", "by voiding whatever there is", "a void by a change", "of what was not there",
    ],
)  # fmt: skip
def test_its_sender_decides_it_by_what_they_send_next(
    conflict: Conflict, fields: set[str] | None, base: int | None, *, expected: bool
) -> None:
    assert is_decided_by(conflict, fields=fields, base_version=base) is expected
