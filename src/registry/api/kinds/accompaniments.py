"""The kinds of accompaniments and visits."""

from registry.api.kinds.staffing import named_worker
from registry.api.kinds.support import open_reach, require_begun_at_work, withdraw_reach
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.accompaniments import (
    AccompanimentBody,
    AccompanimentIn,
    AccompanimentOut,
    VisitBody,
    VisitIn,
    VisitOut,
)
from registry.api.tags import Tag
from registry.db import accompaniments, records
from registry.db.persons import Owner
from registry.db.records import AnyRow, Key
from registry.db.tables.accompaniment import AccompanimentRow, VisitRow
from registry.domain.access import FieldGroup, Permission
from registry.domain.organisation import OF_COMMUNES, ReachReason
from registry.domain.period import Period, require_order
from registry.domain.record import NamedRecordUnknown, RecordState
from registry.domain.support import AccompanimentVisited, review_visit


async def decide_accompaniment(desk: Desk, draft: Draft[AccompanimentBody]) -> Decision:
    """Let the organisation reach the person, through one of its workers or one whom a unit's office lends it."""
    body, former = draft.body, draft.former
    require_order(body.from_on, body.to_on, pointer="/to_on")
    if isinstance(former, AccompanimentRow) and former.organisation_id != body.organisation_id:
        await _require_unvisited(desk, former, pointer="/organisation_id")
    await open_reach(
        desk,
        draft,
        *OF_COMMUNES,
        because=ReachReason.ACCOMPANIMENT,
        organisation_id=body.organisation_id,
        basis=body.legal_basis,
        ended_on=body.to_on,
    )
    await require_begun_at_work(desk, draft)
    if not isinstance(former, AccompanimentRow) or former.worker_id != body.worker_id:
        await named_worker(desk, body.worker_id)
    return Decision(draft.columns)


async def review_void(desk: Desk, _person: Owner | None, row: AnyRow) -> None:
    """Hold an accompaniment on which visits rest."""
    if isinstance(row, AccompanimentRow):
        await _require_unvisited(desk, row)


async def _require_unvisited(desk: Desk, row: AccompanimentRow, *, pointer: str | None = None) -> None:
    if await accompaniments.is_visited(desk.session, row.person_id, row.id):
        raise AccompanimentVisited(pointer=pointer)


async def decide_visit(desk: Desk, draft: Draft[VisitBody]) -> Decision:
    """Place a visit within the accompaniment of the same person: with its organisation, and on its ground."""
    body, actor = draft.body, desk.actor
    key = Key(body.accompaniment_id, draft.owner.id)
    held = await records.get(desk.session, AccompanimentRow, key, scope=actor.scope, today=actor.today)
    if held is None or held.state is RecordState.VOIDED:
        raise NamedRecordUnknown(pointer="/accompaniment_id")
    review_visit(body.visited_on, within=Period(held.from_on, held.to_on), today=actor.today)
    return Decision(draft.columns | {"organisation_id": held.organisation_id, "legal_basis": held.legal_basis})


ACCOMPANIMENTS = Kind(
    table=AccompanimentRow,
    collection="accompaniments",
    singular="accompaniment",
    words="accompaniment",
    tag=Tag.SUPPORT,
    create=AccompanimentIn,
    body=AccompanimentBody,
    out=AccompanimentOut,
    read=Permission.SUPPORT_READ,
    write=Permission.SUPPORT_WRITE,
    groups=(FieldGroup.SUPPORT,),
    decide=decide_accompaniment,
    dated_by="from_on",
    about="A volunteer of a team, or a worker of a point or a club, accompanies the person: since when, until when, on "
    "what ground. The organisation then sees the person's name, year of birth and phone and its own records of them, "
    "until some time after the end.",
    examples={
        "by_consent": {
            "id": examples.ACCOMPANIMENT,
            "organisation_id": examples.COUNSELLING_POINT,
            "worker_id": examples.NETWORK_WORKER,
            "legal_basis": "consent",
            "from_on": "2020-07-01",
        }
    },
    correction={"issuer": "Chủ tịch UBND phường 1"},
    review_void=review_void,
    void_refusals=("accompaniment_visited",),
    follow=withdraw_reach,
    refers_to=("organisation_id", "worker_id"),
)
VISITS = Kind(
    table=VisitRow,
    collection="visits",
    singular="visit",
    words="visit",
    tag=Tag.SUPPORT,
    create=VisitIn,
    body=VisitBody,
    out=VisitOut,
    read=Permission.SUPPORT_READ,
    write=Permission.SUPPORT_WRITE,
    groups=(FieldGroup.SUPPORT,),
    decide=decide_visit,
    dated_by="visited_on",
    about="Somebody of the network was with the person: at home, elsewhere, by telephone, or on the way to a service. "
    "A visit belongs to an accompaniment, and is seen by its organisation. Its note is kept encrypted.",
    examples={
        "at_home": {
            "id": examples.VISIT,
            "accompaniment_id": examples.ACCOMPANIMENT,
            "visited_on": "2020-07-15",
            "kind": "home_visit",
            "note": "Đã tìm được việc làm.",
        }
    },
    correction={"kind": "meeting"},
    refers_within=("accompaniment_id",),
)
