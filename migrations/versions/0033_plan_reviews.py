"""Keep reviews of plans, which nobody can change, and let an audit row hold the hash of one.

Revision: 0033
After: 0032
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.db import record_walls

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLE = "plan_review"
TO_VOID_IT = "version, state, void_reason, changed_at, changed_by"
FORMER_TASKS = (
    *("grant_continued", "emergency_notice", "emergency_review", "emergency_medical_approval"),
    *("subject_request_due", "subject_request_overdue", "erasure_approval", "breach_notification_due"),
    *("breach_notice", "abnormal_usage", "move_request", "move_notice", "unit_uncertain", "duplicate_review"),
    *("merge_approval", "sync_conflict"),
)
MEASURES = ("plan_measure", "plan_measure_of_province")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        TABLE,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_as", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("measures", JSONB(), nullable=False),
        sa.Column("snapshot", JSONB(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_plan_review_state")),
        sa.CheckConstraint("kind IN ('six_month', 'year_end', 'other')", name=op.f("ck_plan_review_kind")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_plan_review_sha256")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_plan_review_unit_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_review_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_review")),
    )
    op.create_index(op.f("ix_plan_review_unit_id"), TABLE, ["unit_id"])
    op.create_index("ix_plan_review_plan_id", TABLE, ["plan_id", "reviewed_on", "id"])
    record_walls.enclose_records_of_units(TABLE)
    op.execute(f"REVOKE UPDATE ON {TABLE} FROM {record_walls.UNITS}")
    op.execute(f"GRANT UPDATE ({TO_VOID_IT}) ON {TABLE} TO {record_walls.UNITS}")
    op.alter_column("audit_event", "entity", type_=sa.String(100), existing_type=sa.String(40))
    _name_tasks(*FORMER_TASKS, *MEASURES)


def downgrade() -> None:
    """Take back. It is refused where an audit row holds the hash of a review: the log loses nothing."""
    op.execute("ALTER TABLE task NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute("DELETE FROM task WHERE kind LIKE 'plan_measure%'")
    op.execute("ALTER TABLE task FORCE ROW LEVEL SECURITY")
    _name_tasks(*FORMER_TASKS)
    op.alter_column("audit_event", "entity", type_=sa.String(40), existing_type=sa.String(100))
    op.drop_table(TABLE)


def _name_tasks(*kinds: str) -> None:
    """Say which kinds of tasks there are."""
    op.drop_constraint(op.f("ck_task_kind"), "task")
    op.create_check_constraint(op.f("ck_task_kind"), "task", f"kind IN ({', '.join(repr(kind) for kind in kinds)})")
