"""Applying a push: what is referred to first, each operation by the rules of its own route, isolated by a savepoint."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from registry.api import denials, errors
from registry.api.records import flow
from registry.api.records.flow import Written
from registry.api.records.kind import Desk
from registry.api.records.precondition import Precondition
from registry.api.refusals import InternalError, Unavailable
from registry.api.schemas.push import ChangeOperationIn, CreateOperationIn, VoidOperationIn
from registry.api.sync import kinds
from registry.api.sync.push.desks import Desks
from registry.api.sync.push.reading import Operation, Sent, Unreadable
from registry.db import erasure, trail
from registry.db.constraints import CONSTRAINTS
from registry.domain import batch
from registry.domain.access import UnitScope
from registry.domain.errors import DomainError, NotFound
from registry.domain.person import Warning as Remark
from registry.domain.record import RecordErased, RecordState
from registry.domain.sync import ParentNotApplied, PushNotWhole, PushStatus, ReferencesInCircle, status_of

log = logging.getLogger(__name__)

_NOT_THERE = frozenset({"not_found", "organisation_unknown", "course_unknown"})
"""Codes of refusals that a creation which is still to come would take away."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation came to when it was applied: others in the same push may go on from there."""

    version: int
    state: RecordState
    is_known: bool
    remarks: tuple[Remark, ...]

    @classmethod
    def of(cls, written: Written) -> Self:
        """Keep what a write came to."""
        return cls(written.row.version, written.row.state, written.is_known, written.remarks)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one operation: what was done, or why nothing was."""

    sent: Sent
    operation: Operation | None = None
    done: Done | None = None
    refusal: DomainError | None = None
    owner: UUID | None = None
    """The person whom it is about, as far as it tells."""

    @property
    def status(self) -> PushStatus:
        """The outcome in one word."""
        if self.refusal is not None:
            return status_of(self.refusal)
        return PushStatus.DUPLICATE if self.done is not None and self.done.is_known else PushStatus.APPLIED

    def within(self, pointer: str | None) -> str:
        """Point into the operation. What the rules say is said of the body, whose id is the operation's."""
        if self.operation is None or pointer in {None, "", "/id"}:
            return pointer or ""
        return f"/body{pointer}"

    @property
    def is_durable(self) -> bool:
        """Whether the record says what the operation says."""
        return self.refusal is None


async def apply(desks: Desks, readings: Sequence[Operation | Unreadable]) -> list[Outcome]:
    """Judge and write every operation; the outcomes are in the order in which they were sent.

    A failure of the service itself is nobody's outcome: it is raised, and undoes the whole transaction.
    """
    operations = [each for each in readings if isinstance(each, Operation)]
    outcomes = {
        each.sent.place: Outcome(each.sent, refusal=each.refusal, owner=each.owner)
        for each in readings
        if isinstance(each, Unreadable)
    }
    await desks.hold((each.kind, each.owner) for each in operations if each.owner is not None)
    missing = {each.creates for each in readings if isinstance(each, Unreadable) and each.creates is not None}
    for operation, is_circular in _in_order(operations):
        outcome = _refused(operation, ReferencesInCircle()) if is_circular else await _apply_one(desks, operation)
        step = operation.step
        if (
            outcome.refusal is not None
            and outcome.refusal.code in _NOT_THERE
            and missing & {*step.refers_to, step.record}
        ):
            outcome = _refused(operation, ParentNotApplied())
        if step.creates and not outcome.is_durable:
            missing.add(step.record)
        outcomes[operation.sent.place] = outcome
    return [outcomes[each.sent.place] for each in readings]


async def apply_or_undo(desks: Desks, readings: Sequence[Operation | Unreadable], *, tries_only: bool) -> list[Outcome]:
    """Apply a push as a whole or not at all; one that `tries_only` is undone in any case, and reported as it went.

    The report of what was undone tells of people's records all the same: it leaves a trace of its own.
    """
    attempt = await desks.desk.session.begin_nested()
    outcomes = await apply(desks, readings)
    if not tries_only and all(outcome.is_durable for outcome in outcomes):
        await attempt.commit()
        return outcomes
    await attempt.rollback()
    desks.stand_up()
    await _leave_trial(desks, outcomes)
    return outcomes


def as_a_whole(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Say of every operation of a push that was not whole that it was not applied."""
    if all(outcome.is_durable for outcome in outcomes):
        return list(outcomes)
    return [
        replace(each, done=None, refusal=PushNotWhole()) if each.status is PushStatus.APPLIED else each
        for each in outcomes
    ]


async def _leave_trial(desks: Desks, outcomes: Sequence[Outcome]) -> None:
    """Write the audit row of a push that was only tried: the report tells of people's records."""
    judged = [each.operation for each in outcomes if each.operation and not _is_denied(each)]
    told = {operation.owner for operation in judged if operation.owner is not None}
    await trail.audit(desks.desk.session, desks.desk.actor.act, persons=told)


async def leave_denials(desks: Desks, outcomes: Sequence[Outcome]) -> None:
    """Write the audit rows of what was denied."""
    for outcome in outcomes:
        operation = outcome.operation
        if operation is not None and _is_denied(outcome):
            actor = desks.asker(operation.kind)
            await denials.leave_denial(desks.desk.session, actor, person=operation.owner, record=operation.key.id)


def _is_denied(outcome: Outcome) -> bool:
    return outcome.refusal is not None and denials.is_denial(outcome.refusal)


def _in_order(operations: Sequence[Operation]) -> Iterator[tuple[Operation, bool]]:
    """Put operations in order: person by person, so that two pushes meet the same people in the same order."""
    by_owner = sorted(operations, key=lambda each: (each.owner or UUID(int=0)).int)
    order, circular = batch.ordered([each.step for each in by_owner])
    yield from ((by_owner[place], False) for place in order)
    yield from ((by_owner[place], True) for place in circular)


async def _apply_one(desks: Desks, operation: Operation) -> Outcome:
    try:
        desk = desks.of(operation.kind)
        await desks.sit_down(desk)
        async with desk.session.begin_nested():
            done = Done.of(await _write(desk, operation))
    except Exception as error:  # noqa: BLE001 - whatever it is, it must harm no other operation
        return _refused(operation, await _refusal_of(desks, operation, error))
    return Outcome(operation.sent, operation, done=done, owner=operation.owner)


def _refused(operation: Operation, refusal: DomainError) -> Outcome:
    return Outcome(operation.sent, operation, refusal=refusal, owner=operation.owner)


async def _write(desk: Desk, operation: Operation) -> Written:
    kind, key, said = operation.kind, operation.key, operation.said
    match said:
        case CreateOperationIn():
            return await kinds.create(desk, kind, operation.body, person_id=key.person_id)
        case ChangeOperationIn():
            return await flow.change(desk, kind, key, operation.body, Precondition(frozenset({said.base_version})))
        case VoidOperationIn():
            seen = None if said.base_version is None else frozenset({said.base_version})
            return await flow.void(desk, kind, key, said.reason, Precondition(seen))


async def _refusal_of(desks: Desks, operation: Operation, error: Exception) -> DomainError:
    """Say why an operation was refused. Raises what is no fault of the operation: the whole push is sent again."""
    refusal = errors.refusal_of(error, CONSTRAINTS)
    if isinstance(refusal, Unavailable):
        raise error
    if isinstance(refusal, InternalError):
        log.error("push.operation_failed", exc_info=error)
    person_id = operation.owner
    if type(refusal) is NotFound and person_id is not None:
        scope = desks.of(operation.kind).actor.scope
        if isinstance(scope, UnitScope) and await erasure.is_erased(desks.desk.session, person_id, scope=scope):
            return RecordErased()
    return refusal
