"""Counters of people read, when their hour is over."""

from datetime import timedelta

from registry.db import reads
from registry.domain.quota import hour_of
from registry.worker.job import Shift


async def forget_reads(shift: Shift) -> None:
    """Take away the counters of hours that are over; one more is kept for processes whose clocks are behind."""
    await reads.forget(shift.session, before=hour_of(shift.now) - timedelta(hours=1))
