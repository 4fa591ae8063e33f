"""The dependency of every operation that writes: a request under a key is carried out once."""

import json
from collections.abc import Collection, Iterable
from enum import Enum

from fastapi import Depends, Request, Response

from registry.api.deps import VisitDep, visit_of
from registry.api.idempotency.key import REPLAYED, IdempotencyKey, text_of
from registry.api.records.precondition import version_in
from registry.api.tags import Tag
from registry.db import idempotency
from registry.domain.idempotency import KEPT_FOR, Attempt, Outcome
from registry.keys import Keys

CODES = ("idempotency_key_reused", "request_under_way")
"""What every operation that writes may answer beside its own."""

_WRITING = frozenset({"POST", "PATCH", "PUT", "DELETE"})


async def attempted(
    request: Request,
    response: Response,
    visit: VisitDep,
    idempotency_key: IdempotencyKey = None,
) -> None:
    """Look the key up before anything else is decided."""
    if idempotency_key is None:
        request.state.attempt = Attempt()
        return
    keys: Keys = request.app.state.keys
    caller, operation = visit.caller, _operation_of(request)
    used = ["key", caller.issuer, caller.subject, caller.client_id, operation, text_of(idempotency_key)]
    digest = keys.fingerprint_of(json.dumps(used).encode())
    fingerprint = keys.fingerprint_of(await _content_of(request))
    earlier = await idempotency.outcome_under(visit.session, digest)
    request.state.attempt = Attempt(has_key=True, earlier=earlier)
    if earlier is None:
        request.state.to_keep = digest, fingerprint
        return
    earlier.require_same(fingerprint)
    response.headers[REPLAYED] = "true"
    response.status_code = earlier.status
    if earlier.reference != request.url.path:
        response.headers["Location"] = earlier.reference


ATTEMPTED = Depends(attempted)


async def keep(request: Request, answer: Response) -> None:
    """Keep the key with the work that was done under it.

    A refusal rolls both back: what was not carried out may be tried again under the same key.
    """
    to_keep: tuple[bytes, bytes] | None = getattr(request.state, "to_keep", None)
    if to_keep is None:
        return
    digest, fingerprint = to_keep
    outcome = Outcome(
        fingerprint,
        status=answer.status_code,
        reference=answer.headers.get("Location", request.url.path),
        version=version_in(answer.headers.get("ETag")),
    )
    visit = visit_of(request)
    await idempotency.keep(visit.session, digest, outcome, until=visit.at + KEPT_FOR)


def attempt_of(request: Request) -> Attempt:
    """The attempt that a request is; one that only reads is never anything but the first."""
    attempt: Attempt = getattr(request.state, "attempt", Attempt())
    return attempt


def writes(path: str, methods: Iterable[str], tags: Collection[str | Enum]) -> bool:
    """Whether operations of these methods write in the register. A search is sent by POST and writes nothing."""
    return path.startswith("/v1/") and not _WRITING.isdisjoint(methods) and Tag.LISTS not in tags


def _operation_of(request: Request) -> str:
    route = request.scope["route"]
    operation: str = route.operation_id or route.name
    return operation


async def _content_of(request: Request) -> bytes:
    """What a request says, however its body is spelt: not every client writes the members in one order."""
    body = await request.body()
    around = ["request", request.url.path, sorted(request.query_params.multi_items())]
    try:
        return json.dumps([*around, json.loads(body) if body else None], sort_keys=True).encode()
    except (ValueError, RecursionError):
        return json.dumps([*around, body.hex()]).encode()
