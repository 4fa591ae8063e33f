"""Keep referrals that tell of HIV in a table of their own, behind the role of health.

Revision: 0049
After: 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

TABLE, RESULTS, COUNTS = "medical_referral", "medical_result", "hiv_client_count"
HEALTH, DEFINER, BACKUP = "registry_health", "registry_definer", "registry_backup"
IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
REACHED = "person_id = ANY ((SELECT app.reached())::uuid[])"
REFERRALS = f"entity = '{TABLE}'"


def upgrade() -> None:
    """Apply."""
    _create()
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT ON {TABLE} TO {BACKUP}")
    op.execute(f"GRANT SELECT (id, version, state, fingerprint, person_id) ON {TABLE} TO {DEFINER}")
    op.execute(f"GRANT DELETE ON {TABLE} TO {DEFINER}")  # goes with a person who is erased
    op.execute(f"CREATE POLICY by_unit ON {TABLE} FOR ALL TO {HEALTH} USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})")
    op.execute(f"CREATE POLICY in_emergency_for_health ON {TABLE} FOR SELECT TO {HEALTH} USING ({REACHED})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {HEALTH}")
    op.execute(f"CREATE POLICY listed_for_health ON support_service FOR SELECT TO {HEALTH} USING (true)")
    op.execute(f"GRANT SELECT ON support_service TO {HEALTH}")
    _keep_to_health(RESULTS, TABLE)


def downgrade() -> None:
    """Take back."""
    op.drop_table(TABLE)
    for table in ("record_history", "change_feed"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
        op.execute(f"DELETE FROM {table} WHERE {REFERRALS}")  # noqa: S608 - our own words
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute("DROP POLICY listed_for_health ON support_service")
    op.execute(f"REVOKE ALL ON support_service FROM {HEALTH}")
    _keep_to_health(RESULTS)


def _keep_to_health(*of_people: str) -> None:
    """Let the role alone keep the history of these tables and tell the feed of them, and nobody else read there."""
    theirs, others = _one_of(*of_people), _none_of(*of_people)
    history = f"{IN_UNITS} AND ({theirs})"
    op.execute(f"ALTER POLICY medical ON record_history USING ({history}) WITH CHECK ({history})")
    history = f"{IN_UNITS} AND {others}"
    op.execute(f"ALTER POLICY by_unit ON record_history USING ({history}) WITH CHECK ({history})")
    told, others = _one_of(*of_people, COUNTS), _none_of(*of_people, COUNTS)
    op.execute(f"ALTER POLICY told_by_health ON change_feed WITH CHECK ({told})")
    op.execute(f"ALTER POLICY told_by_units ON change_feed WITH CHECK ({others})")
    op.execute(f"ALTER POLICY followed_by_unit ON change_feed USING ({IN_UNITS} AND {others})")


def _one_of(*tables: str) -> str:
    """Compare one by one: a list comes back from a backup in other words."""
    return " OR ".join(f"entity = '{table}'" for table in tables)


def _none_of(*tables: str) -> str:
    return " AND ".join(f"entity <> '{table}'" for table in tables)


def _create() -> None:
    op.create_table(
        TABLE,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f("ck_medical_referral_state")),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_medical_referral_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "id", name=op.f("pk_medical_referral")),
    )
