"""The kind of breaches of data protection."""

from registry.api.clock import local_date
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.breaches import BreachBody, BreachIn, BreachOut
from registry.api.tags import Tag
from registry.api.tasks import duties
from registry.api.tasks.duties import About
from registry.db import records
from registry.db.records import AnyRow
from registry.db.tables.rights import BreachRow
from registry.domain import breach
from registry.domain.access import Permission, require_units
from registry.domain.breach import Breach
from registry.domain.person import Warning as Remark
from registry.domain.record import RecordState
from registry.domain.task import TaskKind


async def decide_breach(desk: Desk, draft: Draft[BreachBody]) -> Decision:
    """Place a breach on the map, set its clock, and warn of texts that look as if they named somebody."""
    body, actor = draft.body, desk.actor
    found = Breach(
        detected_at=body.detected_at,
        may_harm=tuple(body.may_harm),
        notified_at=body.notified_at,
        authority=body.authority,
        closed_at=body.closed_at,
    )
    breach.review(found, now=actor.at)
    unit = desk.atlas.resolve(body.unit_code, local_date(body.detected_at), pointer="/unit_code").unit_id
    unit_id = desk.atlas.current(unit, actor.today)
    require_units(actor.scope, unit_id, pointer="/unit_code")
    remarks = [
        Remark("text_may_identify", f"/{name}")
        for name in ("description", "measures", "outcome")
        if breach.may_identify(getattr(body, name))
    ]
    if found.is_notified_late:
        remarks.append(Remark("breach_notified_late", "/notified_at"))
    derived = {"unit_id": unit_id, "notify_by": found.notify_by, "status": found.status}
    return Decision(draft.columns | derived, tuple(remarks))


async def follow_breach(desk: Desk, row: AnyRow) -> None:
    """Tell the administrator of a new breach, and remind the province until the authority is told."""
    if not isinstance(row, BreachRow):
        raise TypeError
    about = About(records.entity_of(BreachRow), row.id, row.unit_id)
    if row.notify_by is not None and row.notified_at is None and row.state is RecordState.ACTIVE:
        await duties.wait(desk, TaskKind.BREACH_NOTIFICATION_DUE, about, due_at=row.notify_by)
    else:
        await duties.end(desk, TaskKind.BREACH_NOTIFICATION_DUE, about, is_done=row.notified_at is not None)
    if row.version == 1:
        await duties.wait(desk, TaskKind.BREACH_NOTICE, about, due_at=desk.actor.at + breach.NOTICE)


BREACHES = Kind(
    table=BreachRow,
    collection="breaches",
    singular="breach",
    words="breach of data protection",
    tag=Tag.BREACHES,
    create=BreachIn,
    body=BreachBody,
    out=BreachOut,
    read=Permission.BREACH_READ,
    write=Permission.BREACH_WRITE,
    groups=(),
    decide=decide_breach,
    dated_by="detected_at",
    about="A violation of the rules on protecting personal data: what happened, to which data, what was done. The "
    "authority is told of one that may do harm within 72 hours of its detection (Law 91/2025/QH15, article 23). "
    "The register holds no personal data: a text with a number like that of a document is kept with a warning.",
    examples={
        "lost_phone": {
            "id": examples.BREACH,
            "unit_code": "66",
            "kind": "loss",
            "detected_at": "2026-11-20T01:30:00Z",
            "description": "A phone with an unlocked session was lost.",
            "data_categories": ["identification", "case_file"],
            "affected_count": 40,
            "may_harm": ["honour"],
        }
    },
    correction={"measures": "The session was ended, the grant revoked."},
    follow=follow_breach,
)
