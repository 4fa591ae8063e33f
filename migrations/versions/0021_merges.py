"""Keep who was merged into whom, and let the commune that a merge took a person from know it.

Revision: 0021
After: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ROLE = "registry_units"
IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
LEFT = "former_unit_id = ANY ((SELECT app.units())::int[])"
INSTANT = sa.DateTime(timezone=True)
STATUSES = "'requested', 'merged', 'declined', 'undo_requested', 'undone'"
CHANGED = (
    "status, former_unit_id, decided_at, decided_by, undo_reason, undo_requested_at, undo_requested_by, "
    "undone_at, undone_by"
)

DUTIES = (
    *("subject_request_due", "subject_request_overdue", "breach_notification_due", "breach_notice"),
    *("move_notice", "unit_uncertain"),
)
"""Tasks that their opener may settle."""
FOUR_EYES = (
    *("grant_continued", "emergency_notice", "emergency_review", "emergency_medical_approval"),
    *("erasure_approval", "abnormal_usage", "move_request", "duplicate_review"),
)
NEW_KIND = "merge_approval"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "merge",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("former_unit_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("undo_reason", sa.LargeBinary(), nullable=True),
        sa.Column("undo_requested_at", INSTANT, nullable=True),
        sa.Column("undo_requested_by", sa.Text(), nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_merge_status")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_merge_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["into_id"], ["person.id"], name=op.f("fk_merge_into_id")),
        sa.ForeignKeyConstraint(["former_unit_id"], ["unit.id"], name=op.f("fk_merge_former_unit_id")),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_merge")),
    )
    live = sa.text("status IN ('requested', 'merged', 'undo_requested')")
    op.create_index("uq_merge_one_live", "merge", ["person_id"], unique=True, postgresql_where=live)
    op.create_index("ix_merge_into_id", "merge", ["into_id"], unique=False)
    op.execute("ALTER TABLE merge ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE merge FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY by_unit ON merge FOR ALL TO {ROLE} USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})")
    op.execute(f"CREATE POLICY told_where_they_went ON merge FOR SELECT TO {ROLE} USING ({LEFT})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ({CHANGED}) ON merge TO {ROLE}")
    op.execute("GRANT SELECT ON merge TO registry_backup")
    _name_kinds(*FOUR_EYES, NEW_KIND)


def downgrade() -> None:
    """Take back."""
    op.execute("ALTER TABLE task NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute(f"DELETE FROM task WHERE kind = '{NEW_KIND}'")  # noqa: S608 - our own constant
    op.execute("ALTER TABLE task FORCE ROW LEVEL SECURITY")
    _name_kinds(*FOUR_EYES)
    op.drop_table("merge")


def _name_kinds(*four_eyes: str) -> None:
    """Say which kinds of tasks there are, and which of them the opener may not settle."""
    listed, judged = (", ".join(f"'{kind}'" for kind in kinds) for kinds in ((*DUTIES, *four_eyes), four_eyes))
    op.drop_constraint(op.f("ck_task_kind"), "task")
    op.drop_constraint(op.f("ck_task_four_eyes"), "task")
    op.create_check_constraint(op.f("ck_task_kind"), "task", f"kind IN ({listed})")
    op.create_check_constraint(op.f("ck_task_four_eyes"), "task", f"settled_by <> opened_by OR kind NOT IN ({judged})")
