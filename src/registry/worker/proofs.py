"""Proofs of possession that could not be used again anyway."""

from registry.db import proofs
from registry.worker.job import Shift


async def purge_proofs(shift: Shift) -> None:
    """Forget the proofs whose time is over."""
    await proofs.purge(shift.session, now=shift.now)
