"""Operations that were refused so long ago that no device asks for them any more."""

from datetime import timedelta

from registry.db import sync_rejections
from registry.worker.job import Shift

KEPT = timedelta(days=400)


async def purge_rejections(shift: Shift) -> None:
    """Forget what was refused more than 400 days ago."""
    await sync_rejections.purge(shift.session, before=shift.now - KEPT)
