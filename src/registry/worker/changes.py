"""Changes that every replica has been told, or will never be told: the feed does not grow for ever."""

from registry.db import feed
from registry.domain.feed import FORGOTTEN_AFTER
from registry.worker.job import Shift

MOST = 100_000
"""How many of the oldest are looked at in one run; the next one takes the others."""


async def forget_changes(shift: Shift) -> None:
    """Forget what was told so long ago that whoever has not heard of it begins anew."""
    await feed.forget(shift.session, before=shift.today - FORGOTTEN_AFTER, most=MOST)
