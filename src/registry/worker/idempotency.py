"""Keys of requests that nobody sends again any more."""

from registry.db import idempotency
from registry.worker.job import Shift


async def forget_keys(shift: Shift) -> None:
    """Forget the keys whose time is over: from then on one of them would begin anew."""
    await idempotency.purge(shift.session, now=shift.now)
