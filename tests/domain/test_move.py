"""Moves: which days and places can be true, and who must agree."""

from dataclasses import replace
from datetime import date

import pytest

from registry.domain import move
from registry.domain.errors import RuleViolation
from registry.domain.move import (
    Move,
    MoveDecided,
    MoveReceiverUnplaced,
    MoveStatus,
    MoveToSameUnit,
    Seat,
)
from registry.domain.period import DateInFuture, DatesOutOfOrder
from registry.domain.unit import Certainty

TODAY = date(2026, 11, 21)
HERE, THERE = Seat(1, Certainty.SAME), Seat(2, Certainty.SAME)
MOVE = Move(date(2026, 11, 16), None, HERE, THERE)


def test_the_receiver_is_asked() -> None:
    assert move.ask(MOVE, in_charge=(1,), today=TODAY) is MoveStatus.REQUESTED


def test_who_is_in_charge_of_both_needs_no_answer() -> None:
    assert move.ask(MOVE, in_charge=(1, 2), today=TODAY) is MoveStatus.ACCEPTED


def test_what_is_taken_back_asks_nobody() -> None:
    withdrawn = replace(MOVE, withdrawn_on=TODAY)

    assert move.ask(withdrawn, in_charge=(1, 2), today=TODAY) is MoveStatus.WITHDRAWN


@pytest.mark.parametrize("certainty", [Certainty.PART, Certainty.UNPLACED])
def test_where_nobody_is_sure_a_move_may_confirm_the_place(certainty: Certainty) -> None:
    unsure = replace(MOVE, origin=Seat(2, certainty))

    assert move.ask(unsure, in_charge=(2,), today=TODAY) is MoveStatus.ACCEPTED


@pytest.mark.parametrize(
    ("impossible", "refusal"),
    [
        (replace(MOVE, moved_on=date(2026, 11, 22)), DateInFuture),
        (replace(MOVE, withdrawn_on=date(2026, 11, 22)), DateInFuture),
        (replace(MOVE, receiver=HERE), MoveToSameUnit),
        (replace(MOVE, origin=Seat(2, Certainty.WHOLE)), MoveToSameUnit),
        (replace(MOVE, receiver=Seat(2, Certainty.UNPLACED)), MoveReceiverUnplaced),
    ],
    ids=["moved later", "withdrawn later", "same", "same since the map changed", "no successor"],
)
def test_what_cannot_be_is_refused(impossible: Move, refusal: type[RuleViolation]) -> None:
    with pytest.raises(refusal):
        move.ask(impossible, in_charge=(1,), today=TODAY)


def test_each_commune_in_charge_has_a_day() -> None:
    move.require_later(date(2026, 11, 2), since=date(2026, 11, 1))
    for too_early in (date(2026, 11, 1), date(2026, 10, 31)):
        with pytest.raises(DatesOutOfOrder):
            move.require_later(too_early, since=date(2026, 11, 1))


@pytest.mark.parametrize("status", sorted(set(MoveStatus) - {MoveStatus.REQUESTED}), ids=str)
def test_what_is_decided_stays(status: MoveStatus) -> None:
    with pytest.raises(MoveDecided):
        move.require_open(status)
    move.require_open(MoveStatus.REQUESTED)
