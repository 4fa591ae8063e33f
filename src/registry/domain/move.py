"""Moves: a person goes from the charge of one commune to another's. It refuses days and places that cannot be true.

Whoever receives the person decides. Only one who is in charge of both places moves a person by their own word.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.domain.errors import RuleViolation
from registry.domain.period import DatesOutOfOrder, require_past
from registry.domain.unit import Certainty


class MoveReason(StrEnum):
    """Why a person moves; a code, for the receiving commune reads it before it has anything to do with the person."""

    CHANGED_RESIDENCE = "changed_residence"
    WORK_OR_STUDY = "work_or_study"
    FAMILY = "family"
    RETURNED = "returned"
    OTHER = "other"


class MoveStatus(StrEnum):
    """Where a move stands. Until it is accepted, the person stays where they are."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class MoveDecided(RuleViolation):
    """The move was accepted, declined or withdrawn, or its time is over."""

    code = "move_decided"


class MoveAlreadyOpen(RuleViolation):
    """Another move of the person waits for its answer."""

    code = "move_already_open"


class MoveToSameUnit(RuleViolation):
    """The person is there already."""

    code = "move_to_same_unit"


class MoveReceiverFixed(RuleViolation):
    """Another receiver is another move."""

    code = "move_receiver_fixed"


class MoveReceiverUnplaced(RuleViolation):
    """The commune has ended, and nobody knows which one took over: there is nobody to receive the person."""

    code = "move_receiver_unplaced"


@dataclass(frozen=True, slots=True)
class Seat:
    """A unit of today's map, and how surely it is the one that is meant."""

    unit_id: int
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Move:
    """What the rules must know of a move, as it is asked for."""

    moved_on: date
    withdrawn_on: date | None
    origin: Seat
    receiver: Seat


def ask(move: Move, *, in_charge: Collection[int], today: date) -> MoveStatus:
    """Judge what is asked for. Who is in charge of the receiving unit as well has its consent already."""
    require_past(move.moved_on, today=today, pointer="/moved_on")
    require_past(move.withdrawn_on, today=today, pointer="/withdrawn_on")
    if move.withdrawn_on is not None:
        return MoveStatus.WITHDRAWN
    if move.receiver.certainty is Certainty.UNPLACED:
        raise MoveReceiverUnplaced(pointer="/to_unit_code")
    if move.receiver.unit_id == move.origin.unit_id and move.origin.certainty.is_sure:
        raise MoveToSameUnit(pointer="/to_unit_code")
    return MoveStatus.ACCEPTED if move.receiver.unit_id in in_charge else MoveStatus.REQUESTED


def require_later(moved_on: date, *, since: date) -> None:
    """Refuse a move that is not after the day on which the unit in charge took over: it would have had no day."""
    if moved_on <= since:
        raise DatesOutOfOrder(pointer="/moved_on")


def require_open(status: MoveStatus) -> None:
    """Refuse to decide, change or take back what is decided."""
    if status is not MoveStatus.REQUESTED:
        raise MoveDecided
