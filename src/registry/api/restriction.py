"""Restricting what is done with a human's data: every entry of the human follows what was granted to any of them."""

from collections.abc import Sequence

from registry.api.records.kind import Desk
from registry.db import records, subject_requests
from registry.db.tables.persons import PersonRow
from registry.domain.access import FieldGroup
from registry.domain.person import Processing
from registry.domain.record import RecordState


async def follow(desk: Desk, entries: Sequence[PersonRow]) -> None:
    """Bring the locked entries of one human into step with the requests in force."""
    is_restricted = await subject_requests.exists_restriction(desk.session, [entry.id for entry in entries])
    processing = Processing.RESTRICTED if is_restricted else Processing.UNRESTRICTED
    values, groups = {"processing": processing}, (FieldGroup.PERSON,)
    for entry in entries:
        if entry.processing is not processing and entry.state is RecordState.ACTIVE:
            await records.change(desk.session, entry, values, desk.actor.act, groups=groups, today=desk.actor.today)
