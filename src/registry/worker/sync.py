"""What was refused, or settled, so long ago that no device asks for it any more."""

from datetime import timedelta

from registry.db import sync_conflicts, sync_rejections
from registry.worker.job import Shift

KEPT = timedelta(days=400)


async def purge_rejections(shift: Shift) -> None:
    """Forget what was refused more than 400 days ago, and conflicts as old that somebody has settled."""
    await sync_rejections.purge(shift.session, before=shift.now - KEPT)
    await sync_conflicts.purge(shift.session, before=shift.now - KEPT)
