"""Tasks whose time is over."""

from registry.db import tasks
from registry.worker.job import Shift


async def expire_tasks(shift: Shift) -> None:
    """Write down that tasks have expired; nobody could settle them from the instant on at which they were due."""
    await tasks.expire(shift.session, shift.act)
