"""The audit log: sealed, and its checkpoints put outside."""

import logging

from registry.usecases import sealing
from registry.worker.job import Shift

log = logging.getLogger(__name__)


async def seal_audit_log(shift: Shift) -> None:
    """Seal what can no longer change. A backlog is worked off in pieces, one at each turn."""
    signer = sealing.signer_of(shift.settings)
    if signer is None:
        log.warning("audit.not_sealed")  # the service runs, and nothing proves who looked
        return
    await sealing.seal(shift.session, signer, at=shift.now)


async def publish_checkpoint(shift: Shift) -> None:
    """Put the newest checkpoint that is stored into every directory outside."""
    await sealing.publish(shift.session, shift.settings.audit_checkpoint_dirs)
