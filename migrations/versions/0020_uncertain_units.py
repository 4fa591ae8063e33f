"""Ask the province about people whose commune is not certain any more since the map changed.

Revision: 0020
After: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

FORMER_TASKS = (
    *("grant_continued", "emergency_notice", "emergency_review", "emergency_medical_approval"),
    *("erasure_approval", "abnormal_usage", "move_request", "duplicate_review"),
    *("subject_request_due", "subject_request_overdue", "breach_notification_due", "breach_notice", "move_notice"),
)
NEW_KIND = "unit_uncertain"


def upgrade() -> None:
    """Apply."""
    _name_kinds(*FORMER_TASKS, NEW_KIND)


def downgrade() -> None:
    """Take back. What nobody has answered goes with its kind."""
    op.execute("ALTER TABLE task NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute(f"DELETE FROM task WHERE kind = '{NEW_KIND}'")  # noqa: S608 - our own word
    op.execute("ALTER TABLE task FORCE ROW LEVEL SECURITY")
    _name_kinds(*FORMER_TASKS)


def _name_kinds(*kinds: str) -> None:
    """Say which kinds of tasks there are."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_task_kind"), "task")
    op.create_check_constraint(op.f("ck_task_kind"), "task", f"kind IN ({listed})")
