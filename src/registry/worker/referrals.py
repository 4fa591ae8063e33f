"""Referrals that no service has answered in time: the officers of the person's commune are told."""

from registry.db import overdue
from registry.db.tables.referrals import ReferralRow
from registry.domain.referral import ReferralStatus
from registry.domain.task import TaskKind
from registry.worker.job import Shift
from registry.worker.overdue import remind

ENTITY = "referral"


async def tell_of_unanswered_referrals(shift: Shift) -> None:
    """Keep a task open for each referral that waits too long, and for no other."""
    waiting = await overdue.waiting(
        shift.session, ReferralRow, status=ReferralStatus.MADE, due="answer_due_on", today=shift.today
    )
    await remind(shift, TaskKind.REFERRAL_UNANSWERED, ENTITY, waiting)
