"""Tell of audit rows where they lie and under which grants, and seal the log into a Merkle tree.

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


PLACED = {"grant_ids": sa.Uuid(), "unit_ids": sa.Integer()}


def upgrade() -> None:
    """Apply."""
    for name, kind in PLACED.items():
        op.add_column("audit_event", sa.Column(name, sa.ARRAY(kind), nullable=False, server_default="{}"))
        op.alter_column("audit_event", name, server_default=None)  # those who write say it, rows of before cannot
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


def downgrade() -> None:
    """Take back."""
    op.execute("DROP TRIGGER placed ON audit_event")
    op.execute("DROP FUNCTION app.place_audit_event()")
    op.execute("REVOKE SELECT (unit_id) ON person FROM registry_definer")
    for name in PLACED:
        op.drop_column("audit_event", name)
