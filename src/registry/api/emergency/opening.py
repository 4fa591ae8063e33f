"""How an emergency access is asked for: who asks is sure, seldom and told of; whom they ask for may not exist."""

import logging
from dataclasses import dataclass, replace
from uuid import UUID

from registry.api.actor import places_of
from registry.api.emergency.step_up import require_step_up
from registry.api.records.flow import fingerprint_of
from registry.api.records.kind import Desk
from registry.api.schemas.emergency import EmergencyAccessIn
from registry.db import context, emergency, tasks, trail
from registry.db.emergency import Found
from registry.db.tables.emergency import EmergencyAccessRow
from registry.domain.access import Grant, Role
from registry.domain.emergency import (
    CAP_WINDOW,
    LASTS,
    EmergencyState,
    EmergencyTargetWrong,
    MedicalState,
    require_below_cap,
)
from registry.domain.errors import Forbidden, NotFound
from registry.domain.person import normalise_number
from registry.domain.record import RecordIdConflict
from registry.domain.task import TaskKind

log = logging.getLogger(__name__)

ENTITY = "emergency_access"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: the access, and whether this request made it."""

    row: EmergencyAccessRow
    is_new: bool


async def ask(desk: Desk, body: EmergencyAccessIn) -> Asked:
    """Open one person for an hour; under an id that exists, answer with the access if this very body asked for it."""
    actor, caller = desk.actor, desk.actor.act.author
    await context.act_in_emergency(desk.session, caller=caller)
    await emergency.wait_for_turn(desk.session, caller)
    fingerprint = fingerprint_of(desk, body)
    existing = await emergency.get_own(desk.session, body.id, caller=caller)
    if existing is not None:
        if existing.fingerprint != fingerprint:
            raise RecordIdConflict(pointer="/id")
        await _enter(desk, existing.unit_id, existing.person_id)
        await _audit(desk, existing)
        return Asked(existing, is_new=False)
    if (body.person_id is None) == (body.document is None):
        raise EmergencyTargetWrong(pointer="/person_id")
    grant = _grant_for(desk, body)
    require_step_up(actor.caller, acr=desk.settings.step_up_acr, at=actor.at)
    asked_at = await emergency.asked_since(desk.session, actor.at - CAP_WINDOW, caller=caller)
    require_below_cap(asked_at, cap=desk.settings.emergency_daily_cap, at=actor.at)
    found = await _find(desk, body)
    row = await _opened(desk, body, grant, found, fingerprint)
    await _tell(desk, row)
    await _audit(desk, row, asked_for=body.person_id)
    log.warning("emergency_access.asked", extra={"access_id": row.id, "state": row.state, "reason": row.reason_code})
    return Asked(row, is_new=True)


async def read(desk: Desk, access_id: UUID) -> EmergencyAccessRow:
    """Show an access to who asked for it, or to those in charge of its person."""
    actor = desk.actor
    row = await emergency.get(desk.session, access_id, scope=actor.scope)
    if row is None:
        await context.act_in_emergency(desk.session, caller=actor.act.author)
        row = await emergency.get_own(desk.session, access_id, caller=actor.act.author)
        if row is None:
            raise NotFound
        await _enter(desk, row.unit_id, row.person_id)
    await _audit(desk, row)
    return row


def _grant_for(desk: Desk, body: EmergencyAccessIn) -> Grant:
    """Pick the grant that the access rests on: with it, the access ends. Medical results are for health officers."""
    roles = {Role.HEALTH_OFFICER} if body.includes_medical else set(Role)
    fitting = [grant for grant in desk.actor.grants if grant.role in roles]
    if not fitting:
        raise Forbidden(pointer="/includes_medical")
    return fitting[0]


async def _find(desk: Desk, body: EmergencyAccessIn) -> Found | None:
    indexes: tuple[bytes, ...] = ()
    if body.document is not None:
        number = normalise_number(body.document.number)
        indexes = desk.key_ring.indexes((body.document.document_type,), number)
    return await emergency.find_person(desk.session, person_id=body.person_id, indexes=indexes)


async def _opened(
    desk: Desk, body: EmergencyAccessIn, grant: Grant, found: Found | None, fingerprint: bytes
) -> EmergencyAccessRow:
    actor = desk.actor
    (place,) = places_of((grant,), atlas=desk.atlas, today=actor.today)
    unit_id, person_id = (place, None) if found is None else (found.unit_id, found.person_id)
    await _enter(desk, unit_id, person_id)
    columns = {
        "id": body.id,
        "person_id": person_id,
        "unit_id": unit_id,
        "opened_by": actor.act.author,
        "grant_id": grant.id,
        "reason_code": body.reason_code,
        "reason_text": None if found is None else body.reason_text,
        "state": EmergencyState.NO_MATCH if found is None else EmergencyState.OPEN,
        "medical": MedicalState.REQUESTED if body.includes_medical and found else MedicalState.NOT_REQUESTED,
        "opened_at": actor.at,
        "ends_at": actor.at + LASTS,
        "fingerprint": fingerprint,
    }
    sealed = await desk.vault.sealed(EmergencyAccessRow, columns, person_id=person_id, record_id=body.id)
    row = await emergency.add(desk.session, sealed)
    if row is None:
        raise RecordIdConflict(pointer="/id")
    return row


async def _tell(desk: Desk, row: EmergencyAccessRow) -> None:
    """Tell those in charge at once: the commune where somebody was found, and in any case a supervisor, who reviews."""
    kinds = [TaskKind.EMERGENCY_REVIEW]
    if row.state is EmergencyState.OPEN:
        kinds.append(TaskKind.EMERGENCY_NOTICE)
    if row.medical is MedicalState.REQUESTED:
        kinds.append(TaskKind.EMERGENCY_MEDICAL_APPROVAL)
    for kind in kinds:
        await tasks.open_task(
            desk.session,
            kind=kind,
            unit_id=row.unit_id,
            person_id=row.person_id,
            entity=ENTITY,
            record_id=row.id,
            opened_by=row.opened_by,
            opened_at=row.opened_at,
            due_at=row.ends_at if kind is TaskKind.EMERGENCY_MEDICAL_APPROVAL else None,
        )


async def _enter(desk: Desk, unit_id: int, person_id: UUID | None) -> None:
    persons = () if person_id is None else (person_id,)
    await context.act_in_emergency(desk.session, caller=desk.actor.act.author, units=(unit_id,), persons=persons)


async def _audit(desk: Desk, row: EmergencyAccessRow, *, asked_for: UUID | None = None) -> None:
    """Write who asked for whom, where both are; somebody named by id who does not exist is written down as well."""
    person, act = row.person_id or asked_for, desk.actor.act
    act = replace(act, unit_ids=tuple(sorted({row.unit_id, *act.unit_ids})))
    persons = () if person is None else (person,)
    await trail.audit(desk.session, act, persons=persons, entity=ENTITY, record_id=row.id)
