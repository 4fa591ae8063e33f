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
    op.execute("GRANT SELECT ON task TO registry_backup")


def downgrade() -> None:
    """Take back."""
    op.drop_table("task")
