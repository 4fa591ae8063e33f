"""All jobs. A feature adds its own here."""

from datetime import timedelta

from registry.worker.audit import publish_checkpoint, seal_audit_log
from registry.worker.changes import forget_changes
from registry.worker.duplicates import put_into_groups
from registry.worker.emergency import end_accesses
from registry.worker.grants import ask_about_continued_grants
from registry.worker.idempotency import forget_keys
from registry.worker.job import Job
from registry.worker.moves import end_unanswered_moves
from registry.worker.proofs import purge_proofs
from registry.worker.reach import tell_of_ended_reach
from registry.worker.reads import forget_reads
from registry.worker.referrals import tell_of_unanswered_referrals
from registry.worker.rights import tell_of_overdue_requests
from registry.worker.sync import purge_rejections
from registry.worker.tasks import expire_tasks
from registry.worker.units import follow_the_map

JOBS: tuple[Job, ...] = (
    Job("audit_sealed", timedelta(minutes=1), seal_audit_log),
    Job("audit_checkpoint_published", timedelta(minutes=1), publish_checkpoint),
    Job("tasks_expired", timedelta(minutes=1), expire_tasks),
    Job("reads_forgotten", timedelta(hours=1), forget_reads),
    Job("reach_ended", timedelta(minutes=15), tell_of_ended_reach),
    Job("emergencies_ended", timedelta(minutes=1), end_accesses),
    Job("moves_expired", timedelta(minutes=1), end_unanswered_moves),
    Job("map_followed", timedelta(minutes=5), follow_the_map, patience=timedelta(minutes=4)),
    Job("grants_continued", timedelta(hours=1), ask_about_continued_grants),
    Job("subject_requests_overdue", timedelta(minutes=15), tell_of_overdue_requests),
    Job("referrals_unanswered", timedelta(minutes=15), tell_of_unanswered_referrals),
    Job("idempotency_keys_forgotten", timedelta(hours=1), forget_keys),
    Job("proofs_purged", timedelta(minutes=1), purge_proofs),
    Job("match_groups_made", timedelta(minutes=1), put_into_groups),
    Job("rejections_purged", timedelta(hours=1), purge_rejections),
    Job("changes_forgotten", timedelta(hours=1), forget_changes),
)
