"""The kind of moves: asked for by who has the person, answered by who is to receive them."""

from registry.api.clock import end_of
from registry.api.moves.answering import GROUPS, take_on, tell
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.moves import MoveBody, MoveIn, MoveOut
from registry.api.tags import Tag
from registry.api.tasks import duties
from registry.api.tasks.duties import About
from registry.db import context, moves, persons, records
from registry.db.records import AnyRow
from registry.db.tables.moves import MoveRow
from registry.domain import move
from registry.domain.access import Permission, UnitScope
from registry.domain.errors import NotFound
from registry.domain.merge import PersonMerged
from registry.domain.move import Move, MoveAlreadyOpen, MoveReceiverFixed, MoveStatus, Seat
from registry.domain.record import RecordState
from registry.domain.task import TaskKind


async def decide_move(desk: Desk, draft: Draft[MoveBody]) -> Decision:
    """Judge a request: it waits for its answer, unless who asks is in charge of the receiving commune too."""
    body, person, actor = draft.body, draft.owner, desk.actor
    if draft.former is None and person.root_id != person.id:
        raise PersonMerged
    if isinstance(draft.former, MoveRow):
        move.require_open(draft.former.status)
        if draft.former.to_unit_code != body.to_unit_code:
            raise MoveReceiverFixed(pointer="/to_unit_code")
    place = desk.atlas.resolve(body.to_unit_code, body.moved_on, pointer="/to_unit_code")
    receiver = Seat(*desk.atlas.there(place.unit_id, actor.today))
    asked = Move(body.moved_on, body.withdrawn_on, Seat(person.unit_id, person.unit_certainty), receiver)
    status = move.ask(asked, in_charge=_units_of(desk), today=actor.today)
    former = await persons.lock_responsibility(desk.session, person.root_id)
    if former is not None:
        move.require_later(body.moved_on, since=former.from_on)
    if await moves.exists_open(desk.session, person.id, but=draft.id):
        raise MoveAlreadyOpen
    derived = {
        "place_unit_id": place.unit_id,
        "to_unit_id": receiver.unit_id,
        "status": status,
        "answer_due_at": end_of(desk.calendar.end_of_term(actor.today, desk.settings.move_answer_days)),
    }
    return Decision(draft.columns | derived)


async def review_void(_desk: Desk, _person: object, row: AnyRow) -> None:
    """A move that was answered stays as it was answered: who came by mistake moves back."""
    if isinstance(row, MoveRow):
        move.require_open(row.status)


async def follow_move(desk: Desk, row: AnyRow) -> None:
    """Ask the receiving commune for an answer to what the request says now, or do what needs none."""
    if not isinstance(row, MoveRow):
        raise TypeError
    about = About(records.entity_of(MoveRow), row.id, row.to_unit_id, row.person_id)
    async with context.reaching(desk.session, desk.actor.scope, row.to_unit_id, today=desk.actor.today):
        await duties.end(desk, TaskKind.MOVE_REQUEST, about, is_done=False)
        if row.status is MoveStatus.ACCEPTED:
            await _move_at_once(desk, row)
        elif row.status is MoveStatus.REQUESTED and row.state is RecordState.ACTIVE:
            await duties.wait(desk, TaskKind.MOVE_REQUEST, about, due_at=row.answer_due_at)


async def _move_at_once(desk: Desk, row: MoveRow) -> None:
    actor = desk.actor
    person = await persons.lock(desk.session, row.person_id, scope=actor.scope, today=actor.today)
    if person is None:
        raise NotFound
    is_confirmed = person.unit_id == row.to_unit_id
    await take_on(desk, person, row)
    if not is_confirmed:
        await tell(desk, row, unit_id=row.to_unit_id)


def _units_of(desk: Desk) -> tuple[int, ...]:
    return desk.actor.scope.units if isinstance(desk.actor.scope, UnitScope) else ()


MOVES = Kind(
    table=MoveRow,
    collection="moves",
    singular="move",
    words="move",
    tag=Tag.PERSONS,
    create=MoveIn,
    body=MoveBody,
    out=MoveOut,
    read=Permission.RESIDENCE_READ,
    write=Permission.RESIDENCE_WRITE,
    groups=GROUPS,
    decide=decide_move,
    dated_by="moved_on",
    about="A move of the person to the charge of another commune. The commune that has the person asks, the other one "
    "finds a task `move_request` in its inbox and answers it; until then, and for good where it declines or does not "
    "answer in time, nothing changes. With the answer `approve` the person and everything recorded of them leave your "
    "sight and come into theirs, and figures count them there from `moved_on` on. Who is in charge of both communes "
    "moves a person at once.",
    examples={
        "to_another_province": {
            "id": examples.MOVE,
            "to_unit_code": "22366",
            "moved_on": "2026-11-16",
            "reason": "changed_residence",
        }
    },
    correction={"reason": "family"},
    review_void=review_void,
    void_refusals=("move_decided",),
    follow=follow_move,
    in_emergency=False,
)
