"""Grants on units that are no more: the administrator is asked to renew or to end them."""

from datetime import timedelta

from registry.db import grants, tasks, trail
from registry.domain.task import TaskKind
from registry.usecases.grants import ENTITY
from registry.worker.job import Shift

RENEWED_FOR = timedelta(days=365)
"""How long a grant that an administrator has let go on is not asked about again."""


async def ask_about_continued_grants(shift: Shift) -> None:
    """Keep a task open for each grant in force on a unit that has ended, and for no other."""
    session, today = shift.session, shift.today
    atlas = await shift.map.read(session)
    ended = [unit for unit in await grants.named_units(session) if not atlas.is_in_force(unit, today)]
    continued = {grant.id: grant.unit_id for grant in await grants.on_units(session, ended, today=today)}
    open_for = {row.record_id: row for row in await tasks.open_of(session, TaskKind.GRANT_CONTINUED)}
    renewed = await tasks.approved_since(session, TaskKind.GRANT_CONTINUED, since=shift.now - RENEWED_FOR)
    for grant_id, unit_id in continued.items():
        if unit_id is None or grant_id in open_for or grant_id in renewed:
            continue
        await tasks.open_task(
            session,
            kind=TaskKind.GRANT_CONTINUED,
            unit_id=atlas.current(unit_id, today),
            entity=ENTITY,
            record_id=grant_id,
            opened_by=shift.act.author,
            opened_at=shift.now,
        )
        await trail.audit(session, shift.act, entity=ENTITY, record_id=grant_id)
    for grant_id in open_for.keys() - continued.keys():
        await tasks.cancel(session, open_for[grant_id], shift.act)
