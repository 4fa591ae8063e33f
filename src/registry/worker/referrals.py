"""Referrals that no service has answered in time: the officers of the person's commune are told."""

from registry.db import referrals
from registry.domain.task import TaskKind
from registry.worker.job import Shift
from registry.worker.overdue import remind

ENTITY = "referral"


async def tell_of_unanswered_referrals(shift: Shift) -> None:
    """Keep a task open for each referral that waits too long, and for no other."""
    unanswered = await referrals.unanswered(shift.session, today=shift.today)
    await remind(shift, TaskKind.REFERRAL_UNANSWERED, ENTITY, unanswered)
