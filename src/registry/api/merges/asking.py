"""How a merge is asked for, and how its undoing is: nothing happens before a second person approves it."""

from dataclasses import dataclass
from uuid import UUID

from registry.api.records.flow import fingerprint_of, owner_of
from registry.api.records.kind import Desk
from registry.api.schemas.merges import MergeIn, UnmergeIn
from registry.db import context, merges, tasks, trail
from registry.db.persons import Owner
from registry.db.tables.merges import MergeRow
from registry.domain import merge
from registry.domain.access import FieldGroup
from registry.domain.merge import JOINING, MergePending, MergeStatus, NotMerged, Overlap, PersonMerged
from registry.domain.record import RecordIdConflict
from registry.domain.task import TaskKind

ENTITY = "merge"
COMPARED = (FieldGroup.PERSON, FieldGroup.FILE, FieldGroup.TREATMENT)
"""No field of these is shown; which records overlap is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: the merge, none where only a preview was wanted, and what the two hold at once."""

    row: MergeRow | None
    overlaps: list[Overlap]


async def ask(desk: Desk, person_id: UUID, body: MergeIn) -> Asked:
    """Ask for a merge, or look at what it would bring. Under an id that exists, answer with what became of it."""
    fingerprint = fingerprint_of(desk, body.model_copy(update={"preview": False}))
    existing = None if body.preview else await merges.find(desk.session, person_id, body.id)
    if existing is not None:
        if existing.fingerprint != fingerprint:
            raise RecordIdConflict(pointer="/id")
        await _audit(desk, existing.id, person_id, body.into_id)
        return Asked(existing, [])
    one, other = sorted((person_id, body.into_id))
    locked = {each: await owner_of(desk, each) for each in (one, other)}
    person, into = locked[person_id], locked[body.into_id]
    merge.require_two(person.root_id, into.root_id)
    if person.root_id != person.id:
        raise PersonMerged
    found = merge.overlaps(
        await merges.history(desk.session, person.root_id), await merges.history(desk.session, into.root_id)
    )
    await _audit(desk, body.id, person_id, into.root_id)
    if body.preview:
        return Asked(None, found)
    merge.require_mergeable(found)
    if await merges.lock_live(desk.session, person_id) is not None:
        raise MergePending
    return Asked(await _requested(desk, person, body, fingerprint), found)


async def ask_undo(desk: Desk, person_id: UUID, body: UnmergeIn) -> MergeRow:
    """Ask to undo the merge of a person; the same request again is answered as it is."""
    person = await owner_of(desk, person_id)
    row = await merges.lock_live(desk.session, person_id)
    if row is None or row.status not in JOINING:
        raise NotMerged
    await _audit(desk, row.id, person_id, row.into_id)
    if row.status is MergeStatus.UNDO_REQUESTED:
        return row
    actor, reason = desk.actor, {"undo_reason": body.reason}
    sealed = await desk.vault.sealed(MergeRow, reason, person_id=person_id, record_id=row.id)
    by = {"undo_requested_at": actor.at, "undo_requested_by": actor.act.author}
    merges.apply(row, MergeStatus.UNDO_REQUESTED, **sealed, **by)
    await _ask_approval(desk, person, row)
    return row


async def _requested(desk: Desk, person: Owner, body: MergeIn, fingerprint: bytes) -> MergeRow:
    actor = desk.actor
    columns = {
        "id": body.id,
        "person_id": person.id,
        "unit_id": person.unit_id,
        "into_id": body.into_id,
        "former_unit_id": person.unit_id,
        "status": MergeStatus.REQUESTED,
        "reason": body.reason,
        "requested_at": actor.at,
        "requested_by": actor.act.author,
        "fingerprint": fingerprint,
    }
    sealed = await desk.vault.sealed(MergeRow, columns, person_id=person.id, record_id=body.id)
    row = await merges.add(desk.session, sealed)
    if row is None:
        raise RecordIdConflict(pointer="/id")
    await _ask_approval(desk, person, row)
    return row


async def _ask_approval(desk: Desk, person: Owner, row: MergeRow) -> None:
    """Ask the province, past the reach of the commune that wants it."""
    actor, session = desk.actor, desk.session
    province_id = desk.atlas.province(person.unit_id, actor.today)
    await session.flush()
    async with context.reaching(session, actor.scope, province_id, today=actor.today):
        await tasks.open_task(
            session,
            kind=TaskKind.MERGE_APPROVAL,
            entity=ENTITY,
            record_id=row.id,
            unit_id=province_id,
            person_id=person.id,
            opened_by=actor.act.author,
            opened_at=actor.at,
        )


async def _audit(desk: Desk, merge_id: UUID, *people: UUID) -> None:
    act = desk.actor.act
    await trail.audit(desk.session, act, persons=people, entity=ENTITY, record_id=merge_id, groups=COMPARED)
