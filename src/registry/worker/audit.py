"""The audit log: sealed, and its checkpoints put outside."""

from registry.usecases import sealing
from registry.worker.job import Shift

MOST_BATCHES = 10
"""So many at one turn: the job has a minute, and what it does not finish is not done at all."""


async def seal_audit_log(shift: Shift) -> None:
    """Seal what can no longer change; a long backlog takes several turns."""
    signer = sealing.signer_of(shift.settings)
    for _ in range(MOST_BATCHES):
        if not await sealing.seal(shift.session, signer, at=shift.now):
            return


async def publish_checkpoint(shift: Shift) -> None:
    """Put the newest checkpoint that is stored into every directory outside."""
    await sealing.publish(shift.session, shift.settings.audit_checkpoint_dirs)
