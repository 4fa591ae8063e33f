"""Keep what devices sent about records that had moved on, for who sent it and for who is in charge of the person.

Revision: 0029
After: 0028
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLE = "sync_conflict"
IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
OWN = "sent_by = ANY ((SELECT app.callers())::text[])"
INSTANT = sa.DateTime(timezone=True)
CHECKS = {
    "op": "op IN ('create', 'change', 'void')",
    "status": "status IN ('open', 'kept', 'applied', 'superseded')",
    "settled": "(status = 'open') = (settled_at IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL)",
}
TASKS = (
    *("grant_continued", "emergency_notice", "emergency_review", "emergency_medical_approval"),
    *("subject_request_due", "subject_request_overdue", "erasure_approval", "breach_notification_due"),
    *("breach_notice", "abnormal_usage", "move_request", "move_notice", "unit_uncertain", "duplicate_review"),
    "merge_approval",
)
NEW_TASK = "sync_conflict"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        TABLE,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("op", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("fields_in_conflict", ARRAY(sa.Text()), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("met_version", sa.Integer(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("applied_fields", ARRAY(sa.Text()), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{TABLE}_{name}")) for name, rule in CHECKS.items()),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f(f"fk_{TABLE}_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index("uq_sync_conflict_id", TABLE, ["id"], unique=True)
    op.create_index("uq_sync_conflict_fingerprint", TABLE, ["fingerprint"], unique=True)
    op.create_index("ix_sync_conflict_sent_by", TABLE, ["sent_by", "status", "sent_at", "id"])
    op.create_index("ix_sync_conflict_unit_id", TABLE, ["unit_id", "status", "sent_at", "id"])
    op.create_index(op.f("ix_sync_conflict_sent_at"), TABLE, ["sent_at"])
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY by_unit ON {TABLE} FOR ALL TO registry_units USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})")
    op.execute(f"CREATE POLICY own ON {TABLE} FOR SELECT TO registry_units USING ({OWN})")
    op.execute(f"CREATE POLICY own_settled ON {TABLE} FOR UPDATE TO registry_units USING ({OWN}) WITH CHECK ({OWN})")
    op.execute(f"CREATE POLICY purged ON {TABLE} FOR ALL TO registry_worker USING (true) WITH CHECK (false)")
    settled = "status, settled_at, settled_by, applied_fields"
    op.execute(f"GRANT SELECT, INSERT, UPDATE ({settled}) ON {TABLE} TO registry_units")
    op.execute(f"GRANT SELECT (sent_at, status), DELETE ON {TABLE} TO registry_worker")
    op.execute(f"GRANT SELECT ON {TABLE} TO registry_backup")
    op.execute(f"GRANT SELECT (person_id), DELETE ON {TABLE} TO registry_definer")  # an erasure takes it along
    _name_tasks(*TASKS, NEW_TASK)


def downgrade() -> None:
    """Take back."""
    op.execute("ALTER TABLE task NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute(f"DELETE FROM task WHERE kind = '{NEW_TASK}'")  # noqa: S608 - our own constant
    op.execute("ALTER TABLE task FORCE ROW LEVEL SECURITY")
    _name_tasks(*TASKS)
    op.drop_table(TABLE)


def _name_tasks(*kinds: str) -> None:
    """Say which kinds of tasks there are."""
    op.drop_constraint(op.f("ck_task_kind"), "task")
    op.create_check_constraint(op.f("ck_task_kind"), "task", f"kind IN ({', '.join(repr(kind) for kind in kinds)})")
