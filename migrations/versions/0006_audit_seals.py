"""Tell of audit rows where they lie and under which grants, and seal the log into a Merkle tree.

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op

from registry.db.tables.columns import Xid8

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


PLACED = {"grant_ids": sa.Uuid(), "unit_ids": sa.Integer()}
CONCERNING_UNITS = "unit_ids = '{}' OR unit_ids && (SELECT app.units())::int[]"
NAMING_A_PERSON = "person_ids && (SELECT app.reached())::uuid[]"
"""The person who asks who looked: the transaction names that one person."""

SEALS = ("audit_leaf", "audit_checkpoint")


def upgrade() -> None:
    """Apply."""
    for name, kind in PLACED.items():
        op.add_column("audit_event", sa.Column(name, sa.ARRAY(kind), nullable=False, server_default="{}"))
        op.alter_column("audit_event", name, server_default=None)  # those who write say it, rows of before cannot
    officer = sa.text("coalesce(on_behalf_of, subject)")
    op.create_index("ix_audit_event_officer", "audit_event", [officer, "xid", "seq"], unique=False)
    op.execute("""
        CREATE FUNCTION app.place_audit_event() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
        AS $$
        BEGIN
            NEW.unit_ids := coalesce(
                (SELECT array_agg(DISTINCT unit_id ORDER BY unit_id) FROM person WHERE id = ANY (NEW.person_ids)),
                NEW.unit_ids
            );
            RETURN NEW;
        END $$
    """)
    op.execute("ALTER FUNCTION app.place_audit_event() OWNER TO registry_definer")
    op.execute("REVOKE ALL ON FUNCTION app.place_audit_event() FROM PUBLIC")
    op.execute("GRANT SELECT (unit_id) ON person TO registry_definer")
    op.execute("""
        CREATE TRIGGER placed BEFORE INSERT ON audit_event
        FOR EACH ROW EXECUTE FUNCTION app.place_audit_event()
    """)
    _make_seals()
    _let("registry_worker", "sealed", "SELECT", "audit_event")
    _let("registry_auditor", "concerning_units", "SELECT", "audit_event", CONCERNING_UNITS)
    _let("registry_auditor", "naming_a_person", "SELECT", "audit_event", NAMING_A_PERSON)
    for table in SEALS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT SELECT ON {table} TO registry_backup")
        _let("registry_worker", "read_by_worker", "SELECT", table)
        _let("registry_worker", "sealed_by_worker", "INSERT", table)
        _let("registry_auditor", "read_by_auditor", "SELECT", table)


def downgrade() -> None:
    """Take back."""
    for table in SEALS:
        op.drop_table(table)
    for policy in ("sealed", "concerning_units", "naming_a_person"):
        op.execute(f"DROP POLICY {policy} ON audit_event")
    op.execute("REVOKE SELECT ON audit_event FROM registry_worker, registry_auditor")
    op.execute("DROP TRIGGER placed ON audit_event")
    op.execute("DROP FUNCTION app.place_audit_event()")
    op.execute("REVOKE SELECT (unit_id) ON person FROM registry_definer")
    op.drop_index("ix_audit_event_officer", table_name="audit_event")
    for name in PLACED:
        op.drop_column("audit_event", name)


def _make_seals() -> None:
    op.create_table(
        "audit_leaf",
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("xid", Xid8(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_audit_leaf_hash")),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_audit_leaf")),
        sa.UniqueConstraint("xid", "seq", name=op.f("uq_audit_leaf_xid_seq")),
    )
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("peaks", sa.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoint")),
    )


def _let(role: str, policy: str, command: str, table: str, condition: str = "true") -> None:
    clause = f"WITH CHECK ({condition})" if command == "INSERT" else f"USING ({condition})"
    op.execute(f"CREATE POLICY {policy} ON {table} FOR {command} TO {role} {clause}")
    op.execute(f"GRANT {command} ON {table} TO {role}")
