"""The kind of orders to erase a person: recorded by one manager, approved by another."""

from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.erasure import ErasureOrderBody, ErasureOrderIn, ErasureOrderOut
from registry.api.tags import Tag
from registry.api.tasks import duties
from registry.api.tasks.duties import About
from registry.db import merges, records
from registry.db.records import AnyRow
from registry.db.tables.rights import ErasureOrderRow
from registry.domain.access import FieldGroup, Permission
from registry.domain.erasure import ErasureDecided, ErasureStatus
from registry.domain.period import require_past
from registry.domain.person import Warning as Remark
from registry.domain.record import RecordState
from registry.domain.task import RULES, TaskKind


async def decide_order(desk: Desk, draft: Draft[ErasureOrderBody]) -> Decision:
    """Take an order down; once it is decided, its words stay."""
    require_past(draft.body.decision_on, today=desk.actor.today, pointer="/decision_on")
    _require_undecided(draft.former)
    owner = draft.owner
    is_merged = len(await merges.entries_of(desk.session, owner.root_id)) > 1
    remarks = (Remark("erasure_covers_merged"),) if is_merged else ()
    return Decision(draft.columns | {"status": ErasureStatus.AWAITING_APPROVAL}, remarks)


async def review_void(_desk: Desk, _person: object, row: AnyRow) -> None:
    """An order that was decided stays as it was decided."""
    _require_undecided(row)


async def follow_order(desk: Desk, row: AnyRow) -> None:
    """Ask for the approval of what the order says now: whoever changed it is not the one who approves it."""
    if not isinstance(row, ErasureOrderRow):
        raise TypeError
    about = About(records.entity_of(ErasureOrderRow), row.id, row.unit_id, row.person_id)
    await duties.end(desk, TaskKind.ERASURE_APPROVAL, about, is_done=False)
    if row.state is RecordState.ACTIVE:
        due_at = desk.actor.at + RULES[TaskKind.ERASURE_APPROVAL].due_after
        await duties.wait(desk, TaskKind.ERASURE_APPROVAL, about, due_at=due_at)


def _require_undecided(row: AnyRow | None) -> None:
    if isinstance(row, ErasureOrderRow) and row.status is not ErasureStatus.AWAITING_APPROVAL:
        raise ErasureDecided


ORDERS = Kind(
    table=ErasureOrderRow,
    collection="erasure-orders",
    singular="erasure_order",
    words="erasure order",
    tag=Tag.RIGHTS,
    create=ErasureOrderIn,
    body=ErasureOrderBody,
    out=ErasureOrderOut,
    read=Permission.SUBJECT_REQUEST_READ,
    write=Permission.ERASURE_WRITE,
    groups=(FieldGroup.SUBJECT_REQUEST,),
    decide=decide_order,
    dated_by="decision_on",
    about="An order of an authority to erase a person. One province manager records it, another approves it in the "
    "inbox of tasks; with the approval everything that is held on the person is destroyed, under every entry that was "
    "merged with this one. It cannot be undone.",
    examples={
        "court": {
            "id": examples.ERASURE_ORDER,
            "authority": "Tòa án nhân dân khu vực",
            "decision_number": "15/2026/QĐ-TA",
            "decision_on": "2026-11-18",
            "reason": "The person was recorded without a ground in law.",
        }
    },
    correction={"decision_number": "16/2026/QĐ-TA"},
    review_void=review_void,
    void_refusals=("erasure_decided",),
    follow=follow_order,
)
