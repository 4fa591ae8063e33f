"""Keep how many clients of a counselling point live with HIV, behind the role of health.

Revision: 0040
After: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TABLE, RESULTS = "hiv_client_count", "medical_result"
HEALTH, DEFINER, BACKUP = "registry_health", "registry_definer", "registry_backup"
IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
COUNTS = f"entity = '{TABLE}'"


def upgrade() -> None:
    """Apply."""
    _create()
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT ON {TABLE} TO {BACKUP}")
    op.execute(f"GRANT SELECT (id, version, state, fingerprint) ON {TABLE} TO {DEFINER}")
    op.execute(f"CREATE POLICY by_unit ON {TABLE} FOR ALL TO {HEALTH} USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {HEALTH}")
    theirs = f"{IN_UNITS} AND {COUNTS}"
    op.execute(
        f"CREATE POLICY medical ON unit_record_history FOR ALL TO {HEALTH} USING ({theirs}) WITH CHECK ({theirs})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE (unit_id) ON unit_record_history TO {HEALTH}")
    op.execute(f"CREATE POLICY listed_for_health ON organisation FOR SELECT TO {HEALTH} USING (true)")
    op.execute(f"GRANT SELECT ON organisation TO {HEALTH}")
    _keep_to_health(RESULTS, TABLE)
    others = f"{IN_UNITS} AND entity <> '{TABLE}'"
    op.execute(f"ALTER POLICY by_unit ON unit_record_history USING ({others}) WITH CHECK ({others})")


def downgrade() -> None:
    """Take back."""
    op.drop_table(TABLE)
    for table in ("unit_record_history", "change_feed"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
        op.execute(f"DELETE FROM {table} WHERE {COUNTS}")  # noqa: S608 - our own words
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    _keep_to_health(RESULTS)
    op.execute(f"ALTER POLICY by_unit ON unit_record_history USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})")
    op.execute("DROP POLICY medical ON unit_record_history")
    op.execute("DROP POLICY listed_for_health ON organisation")
    op.execute(f"REVOKE ALL ON unit_record_history, organisation FROM {HEALTH}")


def _keep_to_health(*tables: str) -> None:
    """Let the role alone tell the feed of these tables, and nobody read there of them."""
    # Compared one by one: a list comes back from a backup in other words.
    health = " OR ".join(f"entity = '{table}'" for table in tables)
    others = " AND ".join(f"entity <> '{table}'" for table in tables)
    op.execute(f"ALTER POLICY told_by_health ON change_feed WITH CHECK ({health})")
    op.execute(f"ALTER POLICY told_by_units ON change_feed WITH CHECK ({others})")
    op.execute(f"ALTER POLICY followed_by_unit ON change_feed USING ({IN_UNITS} AND {others})")


def _create() -> None:
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
        sa.Column("counselling_point_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("month", sa.SmallInteger(), nullable=False),
        sa.Column("client_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_hiv_client_count_state")),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_hiv_client_count_month")),
        sa.CheckConstraint("client_count >= 0", name=op.f("ck_hiv_client_count_client_count")),
        sa.ForeignKeyConstraint(
            ["counselling_point_id"], ["organisation.id"], name=op.f("fk_hiv_client_count_counselling_point_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hiv_client_count_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hiv_client_count")),
    )
    op.create_index(op.f("ix_hiv_client_count_unit_id"), TABLE, ["unit_id"], unique=False)
    op.create_index(
        "uq_hiv_client_count_one_per_month",
        TABLE,
        ["counselling_point_id", "year", "month"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
