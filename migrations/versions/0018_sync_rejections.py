"""Keep what devices sent and the register refused, readable by who sent it alone.

Revision: 0018
After: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLE = "sync_rejection"
OWN = "sent_by = ANY ((SELECT app.callers())::text[])"
FUNCTION = "app.forget_rejections(uuid)"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("faults", JSONB(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("master_key", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_rejection")),
    )
    op.create_index(
        "ix_sync_rejection_sent_by",
        TABLE,
        ["sent_by", "sent_at", "id"],
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.create_index("uq_sync_rejection_fingerprint", TABLE, ["fingerprint"], unique=True)
    op.create_index(op.f("ix_sync_rejection_sent_at"), TABLE, ["sent_at"])
    op.create_index(op.f("ix_sync_rejection_person_id"), TABLE, ["person_id"])
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON {TABLE} FOR ALL TO registry_units USING ({OWN}) WITH CHECK ({OWN})")
    op.execute(f"CREATE POLICY purged ON {TABLE} FOR ALL TO registry_worker USING (true) WITH CHECK (false)")
    op.execute(f"CREATE POLICY keys_seen ON {TABLE} FOR SELECT TO registry_keys USING (true)")
    op.execute(f"CREATE POLICY keys_moved ON {TABLE} FOR UPDATE TO registry_keys USING (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (sent_at, code, faults, applied_at) ON {TABLE} TO registry_units")
    op.execute(f"GRANT SELECT (sent_at), DELETE ON {TABLE} TO registry_worker")
    op.execute(f"GRANT SELECT (id, key_id, master_key, wrapped_key) ON {TABLE} TO registry_keys")
    op.execute(f"GRANT UPDATE (master_key, wrapped_key) ON {TABLE} TO registry_keys")
    op.execute(f"GRANT SELECT ON {TABLE} TO registry_backup")
    op.execute(f"GRANT SELECT (person_id), DELETE ON {TABLE} TO registry_definer")
    op.execute("""
        CREATE FUNCTION app.forget_rejections(erased uuid) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM public.person WHERE id = erased AND state = 'erased') THEN
                RAISE insufficient_privilege USING MESSAGE = 'this person is not erased';
            END IF;
            DELETE FROM public.sync_rejection WHERE person_id = erased;
        END $$
    """)
    op.execute(f"ALTER FUNCTION {FUNCTION} OWNER TO registry_definer")
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO registry_units")


def downgrade() -> None:
    """Take back."""
    op.execute(f"DROP FUNCTION {FUNCTION}")
    op.drop_table(TABLE)
