"""Push: what devices recorded while they were away."""

from typing import Annotated

from fastapi import Depends, Header, Query, Request, Response

from registry.api import preferences, problems
from registry.api.deps import RegistryGrant, SomeActor
from registry.api.idempotency.key import REPLAYED
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.router import Router
from registry.api.schemas.push import PushIn, PushOut
from registry.api.sync.push import applying, keeping
from registry.api.sync.push.answer import result_of
from registry.api.sync.push.body import PushRoute
from registry.api.sync.push.desks import Desks
from registry.api.sync.push.reading import read
from registry.api.tags import Tag
from registry.db import state, trail
from registry.domain.access import Permission

ADDRESS = "/v1/sync/push"

router = Router(tags=[Tag.SYNC], route_class=PushRoute)


@router.post(
    ADDRESS,
    summary="Send what a device recorded",
    responses=problems.responses(*GUARDED, body=True),
)
async def push_operations(
    body: PushIn,
    request: Request,
    response: Response,
    held: SomeActor,
    desk: Annotated[Desk, Depends(desk_for(Permission.SYNC_WRITE))],
    *,
    registry_grant: RegistryGrant = None,
    _: Annotated[
        str | None,
        Header(
            alias=preferences.NAME,
            max_length=200,
            description="`handling=strict`: apply all operations or none. Without it each is applied by itself.",
        ),
    ] = None,
    validate_only: Annotated[
        bool, Query(description="`true`: say what would become of every operation, and write nothing.")
    ] = False,
) -> PushOut:
    """Up to 500 operations on records of any kinds, in any order; one result for each, in the order sent.

    Every operation goes through the rules, the rights and the trail of its kind's own route. What is referred
    to is applied first, and operations on one record keep their order. One that is refused harms no other.

    **An operation answered `applied` or `duplicate` is durable, is there exactly once under its id, and is in every
    pull of its unit from `position` on, until a lawful erasure. No answer, or a 5xx, means unknown: send the same
    request again; that is always safe.** `conflict`: the record has moved on since the version that the device
    saw; it is kept, see `GET /v1/sync/conflicts`, and waits for an officer. `rejected`: refused, and `errors` say why
    and where; kept as well, see `GET /v1/sync/rejections`. Of one sender only so much: `kept` tells.
    `deferred` is not kept: send it again when its parent is applied.

    Results about HIV and other infections, orders to erase and breaches do not travel by push.
    """
    del response.headers[REPLAYED]  # whatever the key, each operation is judged anew
    readings = [read(place, raw) for place, raw in enumerate(body.operations)]
    desks, strict = Desks(desk, held, registry_grant), preferences.of_request(request).get("handling") == "strict"
    seconds = desk.settings.push_seconds
    if strict:
        response.headers[preferences.APPLIED] = "handling=strict"
    if strict or validate_only:
        outcomes = await applying.apply_or_undo(desks, readings, tries_only=validate_only, seconds=seconds)
    else:
        outcomes = await applying.apply(desks, readings, seconds=seconds)
    await applying.leave_denials(desks, outcomes)
    told = applying.as_a_whole(outcomes) if strict else outcomes
    kept = None if validate_only else await keeping.keep(desks, told, is_strict=strict)
    position = None if validate_only else await trail.position(desk.session)
    return PushOut(
        feed_epoch=await state.feed_epoch(desk.session),
        results=[result_of(outcome, desk.language, position=position, kept=kept) for outcome in told],
    )
