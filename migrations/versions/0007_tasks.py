"""Keep one inbox of tasks, and what the worker did when.

Revision: 0007
After: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
IN_ORGANISATIONS = "organisation_id = ANY ((SELECT app.organisations())::uuid[])"
SETTLED = "state, settled_at, settled_by, note, version"
"""All that changes of a task; its audience and what it is about do not."""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('grant_continued', 'emergency_notice', 'emergency_review', 'emergency_medical_approval')",
            name=op.f("ck_task_kind"),
        ),
        sa.CheckConstraint(
            "role IN ('commune_officer', 'facility_officer', 'network_officer', 'health_officer', 'province_manager', 'province_system', 'analyst', 'auditor', 'administrator')",
            name=op.f("ck_task_role"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'approved', 'declined', 'acknowledged', 'done', 'expired', 'cancelled')",
            name=op.f("ck_task_state"),
        ),
        sa.CheckConstraint("(unit_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_task_audience")),
        sa.CheckConstraint(
            "(settled_by IS NULL) = (settled_at IS NULL) AND (settled_by IS NULL) = (state IN ('open', 'expired', 'cancelled'))",
            name=op.f("ck_task_settled"),
        ),
        sa.CheckConstraint(
            "settled_by <> opened_by OR kind NOT IN ('grant_continued', 'emergency_notice', 'emergency_review', 'emergency_medical_approval')",
            name=op.f("ck_task_four_eyes"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_task_organisation_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_task_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_unit_id", "task", ["unit_id", "state", "due_at"], unique=False)
    op.create_index("ix_task_due_at", "task", ["due_at"], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index("ix_task_organisation_id", "task", ["organisation_id", "state", "due_at"], unique=False)
    op.create_index(
        "uq_task_one_open",
        "task",
        ["kind", "record_id", "unit_id", "organisation_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        postgresql_nulls_not_distinct=True,
    )
    op.execute("ALTER TABLE task ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE task FORCE ROW LEVEL SECURITY")
    for role, name, own in (
        ("registry_units", "by_unit", IN_UNITS),
        ("registry_organisations", "by_organisation", IN_ORGANISATIONS),
    ):
        op.execute(f"CREATE POLICY {name} ON task FOR ALL TO {role} USING ({own}) WITH CHECK ({own})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ({SETTLED}) ON task TO {role}")
    op.create_table(
        "worker_job",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("error", sa.String(length=100), nullable=True),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("failed_in_a_row", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'failed')", name=op.f("ck_worker_job_outcome")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_job")),
    )
    op.execute("ALTER TABLE worker_job ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE worker_job FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY shown_to_units ON worker_job FOR SELECT TO registry_units USING (true)")
    op.execute("GRANT SELECT ON worker_job TO registry_units")
    _let_the_worker_work()
    op.execute("GRANT SELECT ON task, worker_job TO registry_backup")


def downgrade() -> None:
    """Take back."""
    op.drop_table("worker_job")
    op.drop_table("task")
    op.execute("DROP POLICY seen_by_worker ON access_grant")
    op.execute("DROP POLICY told_by_worker ON audit_event")
    op.execute("REVOKE ALL ON access_grant FROM registry_worker")
    op.execute("REVOKE INSERT ON audit_event FROM registry_worker")  # what it reads there was given earlier


def _let_the_worker_work() -> None:
    """Let it see tasks and grants of everybody, and of no person anything."""
    for table in ("task", "worker_job"):
        op.execute(f"CREATE POLICY kept_by_worker ON {table} FOR ALL TO registry_worker USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE (state, version) ON task TO registry_worker")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON worker_job TO registry_worker")
    op.execute("CREATE POLICY seen_by_worker ON access_grant FOR SELECT TO registry_worker USING (true)")
    op.execute("GRANT SELECT ON access_grant TO registry_worker")
    op.execute("CREATE POLICY told_by_worker ON audit_event FOR INSERT TO registry_worker WITH CHECK (true)")
    op.execute("GRANT INSERT ON audit_event TO registry_worker")
