"""Let the feed forget what it told long ago: who was away for longer begins anew.

Revision: 0061
After: 0060
"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

FUNCTION = "app.forget_changes(date, int)"
DEFINER, WORKER = "registry_definer", "registry_worker"


def upgrade() -> None:
    """Apply. What the feed holds already counts as of today."""
    op.add_column(
        "change_feed", sa.Column("recorded_on", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False)
    )
    op.execute(f"GRANT SELECT (xid, seq, recorded_on), DELETE ON change_feed TO {DEFINER}")
    op.execute("""
        CREATE FUNCTION app.forget_changes(before date, most int) RETURNS void
        LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            DELETE FROM change_feed USING (
                SELECT xid, seq FROM change_feed ORDER BY xid, seq LIMIT most
            ) AS oldest
            WHERE (change_feed.xid, change_feed.seq) = (oldest.xid, oldest.seq) AND recorded_on < before;
        END
    """)
    op.execute(f"ALTER FUNCTION {FUNCTION} OWNER TO {DEFINER}")
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO {WORKER}")


def downgrade() -> None:
    """Take back."""
    op.execute(f"DROP FUNCTION {FUNCTION}")
    op.execute(f"REVOKE SELECT (xid, seq, recorded_on), DELETE ON change_feed FROM {DEFINER}")  # noqa: S608 - our own words
    op.drop_column("change_feed", "recorded_on")
