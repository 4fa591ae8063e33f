"""Keeping what was refused: nothing that a device sent is dropped silently."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from pydantic_core import to_jsonable_python

from registry.api.records.kind import Desk
from registry.api.refusals import Fault, Refusal
from registry.api.sync.push.outcome import Outcome
from registry.api.sync.push.reading import MOST_BYTES
from registry.db import context, records, sync_rejections
from registry.db.records import Key
from registry.db.sync_rejections import Refused
from registry.db.tables.persons import PersonRow
from registry.domain.errors import DomainError
from registry.domain.record import RecordState
from registry.domain.sync import PushStatus

_NOT_KEPT = frozenset({"erased"})
"""Codes of refusals that forbid to keep what was sent: it is about somebody who was erased by a lawful order."""


async def keep(desk: Desk, outcomes: Sequence[Outcome]) -> None:
    """Keep what was refused for who sent it, and let go of what was refused before and is applied now."""
    author, at = desk.actor.act.author, desk.actor.at
    await context.act_as_sender(desk.session, caller=author)
    durable = [_fingerprint(desk, each) for each in outcomes if each.is_durable]
    if durable:
        await sync_rejections.settle(desk.session, durable, at=at)
    refused = {kept.fingerprint: kept for each in outcomes if (kept := _refused(desk, each)) is not None}
    erased = await _erased(desk, {each.person_id for each in refused.values() if each.person_id is not None})
    lasting = [each for each in refused.values() if each.person_id not in erased]
    await sync_rejections.keep(desk.session, lasting, master_keys=desk.key_ring, sent_by=author, at=at)


async def _erased(desk: Desk, people: Iterable[UUID]) -> set[UUID]:
    """Who was erased, wherever they were: their devices may not know yet, and what these send must not outlast it."""
    found = {person_id: await records.find(desk.session, PersonRow, Key(person_id)) for person_id in people}
    return {person_id for person_id, stub in found.items() if stub and stub.state is RecordState.ERASED}


def faults_of(refusal: DomainError) -> Sequence[Fault]:
    """Every place at fault of an operation; the operation itself where no other is named."""
    if isinstance(refusal, Refusal) and refusal.faults:
        return refusal.faults
    return [Fault(refusal.code, refusal.pointer, facts=refusal.facts)]


def _refused(desk: Desk, outcome: Outcome) -> Refused | None:
    refusal = outcome.refusal
    if refusal is None or outcome.status is PushStatus.DEFERRED or refusal.code in _NOT_KEPT:
        return None
    sent = outcome.sent
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
        fingerprint=_fingerprint(desk, outcome),
    )


def _fingerprint(desk: Desk, outcome: Outcome) -> bytes:
    return desk.keys.fingerprint_of(b"\n".join((b"push", desk.actor.act.author.encode(), outcome.sent.raw)))
