"""Reach that ends by itself: the organisation is told that the person is out of its sight."""

from registry.db import reach
from registry.worker.job import Shift


async def tell_of_ended_reach(shift: Shift) -> None:
    """Tell of everybody whose last reach by an organisation ended before today."""
    await reach.tell_of_ended(shift.session, today=shift.today)
