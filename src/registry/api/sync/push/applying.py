"""Applying a push: what is referred to first, each operation by the rules of its own route, isolated by a savepoint."""

import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from math import inf
from time import monotonic
from uuid import UUID

from registry.api import denials, errors
from registry.api.records.flow import Written
from registry.api.records.kind import Desk
from registry.api.refusals import InternalError, Unavailable
from registry.api.schemas.push import ChangeOperationIn, CreateOperationIn, VoidOperationIn
from registry.api.sync import kinds
from registry.api.sync.push import merging
from registry.api.sync.push import together as written_together
from registry.api.sync.push.answer import WORTH_A_RETRY
from registry.api.sync.push.desks import Desks
from registry.api.sync.push.outcome import Done, Outcome
from registry.api.sync.push.reading import Operation, Unreadable
from registry.db import erasure, trail
from registry.db.constraints import CONSTRAINTS
from registry.db.records import Key
from registry.domain import batch
from registry.domain.access import UnitScope
from registry.domain.batch import Name, Step
from registry.domain.errors import DomainError, NotFound
from registry.domain.record import RecordErased
from registry.domain.repetition import Change
from registry.domain.sync import ParentNotApplied, PushNotWhole, PushOutOfTime, PushStatus, ReferencesInCircle

log = logging.getLogger(__name__)

Record = tuple[str, Key]
"""A record, by its kind and key."""

_NOT_THERE = frozenset({"not_found", "organisation_unknown", "course_unknown", "named_record_unknown"})
"""Codes of refusals that a creation which is still to come would take away."""


async def apply(desks: Desks, readings: Sequence[Operation | Unreadable], *, seconds: float = inf) -> list[Outcome]:
    """Judge and write every operation; the outcomes are in the order in which they were sent.

    After so many `seconds` no other record has its turn: what is left waits for another push. One at least is settled
    in each that was not settled already, and operations on one record are not torn apart. A failure of the service
    itself is nobody's outcome: it is raised, and undoes the whole transaction.
    """
    operations = [each for each in readings if isinstance(each, Operation)]
    outcomes = {
        each.sent.place: Outcome(each.sent, refusal=each.refusal, owner=each.owner)
        for each in readings
        if isinstance(each, Unreadable)
    }
    due = monotonic() + seconds
    await desks.hold(operations)
    missing = {each.creates for each in readings if isinstance(each, Unreadable) and each.creates is not None}
    changed: defaultdict[tuple[Record, int | None], list[Change]] = defaultdict(list)
    begun: set[Record] = set()
    is_enough = False
    for turn, (together, alone) in enumerate(_rounds(_in_order(operations))):
        if turn:
            await desks.hold(together)  # anew: what went alone before them may have changed the person
        done = {each.sent.place: each for each in await written_together.write(desks, together)}
        for operation in (*together, *alone):
            place, record = operation.sent.place, (operation.kind.singular, operation.key)
            earlier = changed[record, operation.base_version]
            outcome = done.get(place)
            if outcome is None and is_enough and record not in begun and monotonic() > due:
                outcome = _refused(operation, PushOutOfTime())
            else:
                outcome = outcome or await _apply_one(desks, operation, earlier)
                begun.add(record)
            is_enough = is_enough or _is_settled(outcome)
            outcomes[place] = _waiting(outcome, operation.step, missing)
            if operation.step.creates and not outcome.is_durable:
                missing.add(operation.step.record)
            if isinstance(operation.said, ChangeOperationIn) and outcome.is_durable:
                earlier.append(operation.body.model_dump(mode="json", exclude_unset=True))
    circular = [each for each in operations if each.sent.place not in outcomes]
    outcomes |= {each.sent.place: _refused(each, ReferencesInCircle()) for each in circular}
    return [outcomes[each.sent.place] for each in readings]


def _is_settled(outcome: Outcome) -> bool:
    """Whether something has come of an operation that need not be sent again."""
    if outcome.refusal is None:
        return outcome.status is PushStatus.APPLIED
    return outcome.refusal.code not in WORTH_A_RETRY


async def apply_or_undo(
    desks: Desks, readings: Sequence[Operation | Unreadable], *, tries_only: bool, seconds: float
) -> list[Outcome]:
    """Apply a push as a whole or not at all; one that `tries_only` is undone in any case, and reported as it went.

    The report of what was undone tells of people's records all the same: it leaves a trace of its own.
    """
    attempt = await desks.desk.session.begin_nested()
    outcomes = await apply(desks, readings, seconds=seconds)
    if not tries_only and all(outcome.is_durable for outcome in outcomes):
        await attempt.commit()
        return outcomes
    await attempt.rollback()
    desks.stand_up()
    await _leave_trial(desks, outcomes)
    return outcomes


def as_a_whole(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Say of every operation of a push that was not whole that it was not applied.

    One that repeats what this very push has applied is undone with it.
    """
    if all(outcome.is_durable for outcome in outcomes):
        return list(outcomes)
    undone = {_record_of(each) for each in outcomes if each.status is PushStatus.APPLIED}
    return [
        replace(each, done=None, refusal=PushNotWhole()) if each.is_durable and _record_of(each) in undone else each
        for each in outcomes
    ]


def _record_of(outcome: Outcome) -> Record | None:
    return None if outcome.operation is None else (outcome.operation.kind.singular, outcome.operation.key)


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
    """Whether it asked for what is not the caller's. Who was erased is no longer anybody's."""
    refusal = outcome.refusal
    return refusal is not None and (denials.is_denial(refusal) or isinstance(refusal, RecordErased))


def _in_order(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Put operations in order: person by person, so that two pushes meet the same people in the same order.

    Those that refer to each other in a circle have no place in it.
    """
    by_owner = sorted(operations, key=lambda each: (each.owner or UUID(int=0)).int)
    order, _ = batch.ordered([each.step for each in by_owner])
    return (by_owner[place] for place in order)


def _rounds(operations: Iterable[Operation]) -> Iterator[tuple[list[Operation], list[Operation]]]:
    """Divide operations into what is written together and what comes one by one after it, in order for each person."""
    queues: dict[UUID | None, deque[Operation]] = {}
    for operation in operations:
        queues.setdefault(operation.owner, deque()).append(operation)
    while any(queues.values()):
        yield (
            [each for queue in queues.values() for each in _taken(queue, _may_be_written_together)],
            [
                each
                for queue in queues.values()
                for each in _taken(queue, lambda each: not _may_be_written_together(each))
            ],
        )


def _taken(queue: deque[Operation], fits: Callable[[Operation], bool]) -> Iterator[Operation]:
    while queue and fits(queue[0]):
        yield queue.popleft()


def _may_be_written_together(operation: Operation) -> bool:
    return isinstance(operation.said, CreateOperationIn) and operation.kind.is_judged_alone


def _waiting(outcome: Outcome, step: Step, missing: AbstractSet[Name]) -> Outcome:
    """Let an operation wait that was refused for want of what this very push could not create."""
    if (
        outcome.refusal is None
        or outcome.refusal.code not in _NOT_THERE
        or not missing & {*step.refers_to, step.record}
    ):
        return outcome
    return replace(outcome, refusal=ParentNotApplied())


async def _apply_one(desks: Desks, operation: Operation, earlier: Sequence[Change]) -> Outcome:
    try:
        desk = desks.of(operation.kind)
        await desks.sit_down(desk)
        async with desk.session.begin_nested():
            done = Done.of(await _write(desk, operation, earlier))
    except Exception as error:  # noqa: BLE001 - whatever it is, it must harm no other operation
        return _refused(operation, await _refusal_of(desks, operation, error))
    return Outcome(operation.sent, operation, done=done, owner=operation.owner)


def _refused(operation: Operation, refusal: DomainError) -> Outcome:
    return Outcome(operation.sent, operation, refusal=refusal, owner=operation.owner)


async def _write(desk: Desk, operation: Operation, earlier: Sequence[Change]) -> Written:
    kind, key, said = operation.kind, operation.key, operation.said
    match said:
        case CreateOperationIn():
            return await kinds.create(desk, kind, operation.body, person_id=key.person_id)
        case ChangeOperationIn():
            return await merging.change(
                desk, kind, key, operation.body, base_version=said.base_version, earlier=earlier
            )
        case VoidOperationIn():
            return await merging.void(desk, kind, key, said.reason, base_version=said.base_version, earlier=earlier)


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
