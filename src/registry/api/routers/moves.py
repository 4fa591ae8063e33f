"""Moves of a person to another commune, and what the receiving commune is told of them before it answers."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Response

from registry.api import problems
from registry.api.kinds.moves import MOVES
from registry.api.records import flow
from registry.api.records.answers import GUARDED, TAGGED, present
from registry.api.records.desk import desk_for
from registry.api.records.kind import Desk
from registry.api.records.precondition import OptionalPrecondition
from registry.api.records.routes import key_of, person_record_routes
from registry.api.router import Router
from registry.api.schemas.fields import In
from registry.api.schemas.moves import MoveWithdrawalIn, OfferedMoveOut
from registry.api.schemas.records import RecordOut, RecordRef
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.api.tasks import inbox
from registry.db import moves, tasks, trail
from registry.db.records import AnyRow, Key
from registry.db.tables.moves import MoveRow
from registry.domain.access import FieldGroup, Permission
from registry.domain.errors import NotFound
from registry.domain.move import MoveDecided, MoveStatus
from registry.domain.task import TaskKind

_DATES = ("date_in_future", "dates_out_of_order")
requests = person_record_routes(
    MOVES,
    *_DATES,
    *("unit_unknown", "unit_not_in_force", "move_already_open", "move_to_same_unit", "move_receiver_unplaced"),
    *("move_receiver_fixed", "move_decided", "person_merged"),
)
offered = Router(prefix="/v1/tasks", tags=[Tag.TASKS], route_class=StrictRoute)

_SHOWN = (FieldGroup.PERSON, FieldGroup.RESIDENCE)


@requests.post(
    "/{id}/withdraw",
    summary="Withdraw a move",
    response_model=MOVES.written,
    responses=TAGGED
    | problems.responses(
        *GUARDED, "not_found", "erased", "record_voided", "version_mismatch", "move_decided", *_DATES, body=True
    ),
)
async def withdraw_move(
    body: MoveWithdrawalIn,
    response: Response,
    precondition: OptionalPrecondition,
    desk: Annotated[Desk, Depends(desk_for(MOVES.write, *MOVES.groups))],
    key: Annotated[Key, Depends(key_of(MOVES))],
) -> RecordOut | RecordRef:
    """Take back a request that nobody has answered yet: the task is taken out of the other commune's inbox.

    The same withdrawal sent again is answered 200. A move that was answered is not withdrawn (409): a person who
    was accepted by mistake is moved back by the commune that has them now.
    """

    def withdrawing(row: AnyRow, was: In) -> Mapping[str, Any]:
        fields = body.model_dump(mode="json")
        withdrawn = isinstance(row, MoveRow) and row.status is MoveStatus.WITHDRAWN
        if withdrawn and was.model_dump(mode="json", include=set(fields)) != fields:
            raise MoveDecided
        return fields

    return await present(response, desk, MOVES, await flow.amend(desk, MOVES, key, precondition, withdrawing))


@offered.get(
    "/{id}/move",
    summary="Read whom a commune is asked to take on",
    responses=problems.responses(*GUARDED, "not_found"),
)
async def get_offered_move(
    id: Annotated[UUID, Path(description="The task's id.")],  # noqa: A002 - the path's name
    desk: Annotated[Desk, Depends(desk_for(Permission.TASK_READ, *_SHOWN))],
) -> OfferedMoveOut:
    """What there is to know before a task `move_request` is settled: who it is, from where, since when and why.

    Nothing else of the person is shown before the commune has accepted; where it does not, nothing ever is. The
    request is not there any more once it was answered or taken back, or its time is over. Each look is written to
    the audit log, under the person's id.
    """
    actor = desk.actor
    task = await tasks.get(desk.session, id, audiences=inbox.audiences_of(desk))
    if task is None or task.kind is not TaskKind.MOVE_REQUEST or task.person_id is None:
        raise NotFound
    offer = await moves.offer(desk.session, person_id=task.person_id, move_id=task.record_id)
    if offer is None or actor.at >= offer.answer_due_at:
        raise NotFound
    await trail.audit(
        desk.session,
        actor.act,
        persons=(task.person_id,),
        entity=task.entity,
        record_id=task.record_id,
        groups=_SHOWN,
    )
    told = asdict(offer)
    return OfferedMoveOut(from_unit_code=desk.atlas.last(told.pop("from_unit_id")).code, **told)
