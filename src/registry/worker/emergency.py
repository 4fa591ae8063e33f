"""Emergency accesses whose hour is over."""

from registry.api.emergency.opening import ENTITY
from registry.db import emergency, trail
from registry.worker.job import Shift


async def end_accesses(shift: Shift) -> None:
    """Write down that accesses have ended; nobody could use them from that instant on."""
    for access_id, person_id in await emergency.end_due(shift.session, at=shift.now):
        persons = () if person_id is None else (person_id,)
        await trail.audit(shift.session, shift.act, persons=persons, entity=ENTITY, record_id=access_id)
