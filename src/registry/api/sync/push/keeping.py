"""Keeping what was refused: nothing that a device sent is dropped silently."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic_core import to_jsonable_python

from registry.api.records.kind import Desk
from registry.api.refusals import Fault, Refusal
from registry.api.sync.conflicts import keeping as conflicts
from registry.api.sync.push import medical
from registry.api.sync.push.desks import Desks
from registry.api.sync.push.outcome import Outcome
from registry.api.sync.push.reading import MOST_BYTES
from registry.db import context, records, sync_conflicts, sync_rejections
from registry.db.records import Key
from registry.db.sync_rejections import Refused
from registry.db.tables.persons import PersonRow
from registry.domain.errors import DomainError
from registry.domain.record import RecordErased, RecordState
from registry.domain.referral import ReferralIsMedical
from registry.domain.sync import PushStatus

log = logging.getLogger(__name__)

_NOT_KEPT = frozenset({RecordErased.code, ReferralIsMedical.code})
"""Codes of refusals that forbid to keep what was sent: it is about somebody who was erased by a lawful order, or the
code alone, beside the person, would tell that they live with HIV."""


@dataclass(frozen=True, slots=True)
class Kept:
    """That an operation is kept, and as which conflict where it is one."""

    conflict_id: UUID | None = None


async def keep(desks: Desks, outcomes: Sequence[Outcome], *, is_strict: bool) -> dict[int, Kept]:
    """Keep what was refused, and let go of what was refused before and is applied now; what is kept, by its place.

    Of a push that was to be applied as a whole no conflict is kept: it waits on the device with all the others.
    """
    desk, author = desks.desk, desks.desk.actor.act.author
    refused = [each for each in outcomes if _is_refused(each) and not (is_strict and _is_conflict(each))]
    places = await conflicts.places(desks, refused)
    await context.act_as_sender(desk.session, caller=author)
    await _let_go(desk, outcomes)
    if not refused:
        return {}
    await context.act_as_sender(desk.session, caller=author, units=set(places.values()))
    lasting = await _lasting(desk, refused)
    waiting = [each for each in lasting if _is_conflict(each) and each.owner in places]
    kept = await _conflicts_of(desk, waiting, places)
    rejected = {
        fingerprint: _refused(each, fingerprint)
        for each in lasting
        if (fingerprint := _fingerprint(desk, each)) not in kept
    }
    await sync_rejections.keep(
        desk.session, rejected.values(), master_keys=desk.key_ring, sent_by=author, at=desk.actor.at
    )
    return {each.sent.place: Kept(kept.get(_fingerprint(desk, each))) for each in lasting}


async def _let_go(desk: Desk, outcomes: Sequence[Outcome]) -> None:
    """Settle what was refused before and is applied now; of most senders nothing is kept that could be settled."""
    session, author = desk.session, desk.actor.act.author
    is_rejected = await sync_rejections.count_open(session, sent_by=author, most=1) > 0
    is_in_conflict = await sync_conflicts.count_open(session, sent_by=author, most=1) > 0
    if not is_rejected and not is_in_conflict:
        return
    durable = [_fingerprint(desk, each) for each in outcomes if each.is_durable]
    if is_rejected:
        await sync_rejections.settle(session, durable, at=desk.actor.at)
    if is_in_conflict:
        await conflicts.supersede(desk, outcomes, durable)


async def _lasting(desk: Desk, refused: Sequence[Outcome]) -> list[Outcome]:
    """Leave out what is about somebody who was erased or tells of HIV, and what is too much of one sender."""
    erased = await _erased(desk, {each.owner for each in refused if each.owner is not None})
    telling = await medical.telling(desk.session, refused)
    allowed = [each for each in refused if each.owner not in erased and each.sent.place not in telling]
    asked = {_fingerprint(desk, each): each for each in allowed}
    session, author, most = desk.session, desk.actor.act.author, desk.settings.max_kept_operations
    known = await sync_rejections.known(session, asked) | (await sync_conflicts.known(session, asked)).keys()
    held = await sync_rejections.count_open(session, sent_by=author, most=most)
    held += await sync_conflicts.count_open(session, sent_by=author, most=most)
    new = [fingerprint for fingerprint in asked if fingerprint not in known]
    beyond = set(new[max(most - held, 0) :])
    if beyond:
        log.warning("push.not_kept", extra={"operations": len(beyond)})
    return [each for each in allowed if _fingerprint(desk, each) not in beyond]


async def _conflicts_of(desk: Desk, waiting: Sequence[Outcome], places: Mapping[UUID, int]) -> dict[bytes, UUID]:
    """Keep conflicts; one that was refused for another reason before is listed as a conflict alone."""
    if not waiting:
        return {}
    asked = {_fingerprint(desk, each): each for each in waiting}
    kept = await sync_conflicts.known(desk.session, asked)
    for fingerprint, outcome in asked.items():
        if fingerprint not in kept and outcome.owner is not None:
            kept[fingerprint] = await conflicts.keep(desk, outcome, fingerprint, unit_id=places[outcome.owner])
    await sync_rejections.settle(desk.session, list(kept), at=desk.actor.at)
    return kept


async def _erased(desk: Desk, people: Iterable[UUID]) -> set[UUID]:
    """Who was erased, wherever they were: their devices may not know yet, and what these send must not outlast it."""
    found = {person_id: await records.find(desk.session, PersonRow, Key(person_id)) for person_id in people}
    return {person_id for person_id, stub in found.items() if stub and stub.state is RecordState.ERASED}


def faults_of(refusal: DomainError) -> Sequence[Fault]:
    """Every place at fault of an operation; the operation itself where no other is named."""
    if isinstance(refusal, Refusal) and refusal.faults:
        return refusal.faults
    return [Fault(refusal.code, refusal.pointer, facts=refusal.facts)]


def _is_refused(outcome: Outcome) -> bool:
    refusal = outcome.refusal
    return refusal is not None and outcome.status is not PushStatus.DEFERRED and refusal.code not in _NOT_KEPT


def _is_conflict(outcome: Outcome) -> bool:
    return outcome.status is PushStatus.CONFLICT


def _refused(outcome: Outcome, fingerprint: bytes) -> Refused:
    sent, refusal = outcome.sent, outcome.refusal
    if refusal is None:
        raise LookupError("what was applied is not refused")
    return Refused(
        sent=sent.raw[:MOST_BYTES],
        is_whole=len(sent.raw) <= MOST_BYTES,
        ref=sent.ref,
        person_id=outcome.owner,
        code=refusal.code,
        faults=[
            {
                "code": fault.code,
                "pointer": outcome.within(fault.pointer),
                "facts": to_jsonable_python(dict(fault.facts), fallback=str),
            }
            for fault in faults_of(refusal)
        ],
        fingerprint=fingerprint,
    )


def _fingerprint(desk: Desk, outcome: Outcome) -> bytes:
    return desk.keys.fingerprint_of(b"\n".join((b"push", desk.actor.act.author.encode(), outcome.sent.raw)))
