"""Keeping what was refused: nothing that a device sent is dropped silently."""

from collections.abc import Sequence

from pydantic_core import to_jsonable_python

from registry.api.records.kind import Desk
from registry.api.refusals import Fault, Refusal
from registry.api.sync.push.outcome import Outcome
from registry.api.sync.push.reading import MOST_BYTES
from registry.db import context, sync_rejections
from registry.db.sync_rejections import Refused
from registry.domain.errors import DomainError
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
    await sync_rejections.keep(desk.session, refused.values(), master_keys=desk.key_ring, sent_by=author, at=at)


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
