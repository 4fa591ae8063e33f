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

WORKER = "registry_worker"
SEEN = "xid, seq, recorded_on"
"""What the worker may know of a change: how long ago it was, and not of whom."""


def upgrade() -> None:
    """Apply. What the feed holds already counts as of today."""
    op.add_column(
        "change_feed", sa.Column("recorded_on", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False)
    )
    op.execute(f"GRANT SELECT ({SEEN}), DELETE ON change_feed TO {WORKER}")
    for name, command in (("seen_by_worker", "SELECT"), ("purged", "DELETE")):
        op.execute(f"CREATE POLICY {name} ON change_feed FOR {command} TO {WORKER} USING (true)")


def downgrade() -> None:
    """Take back."""
    for name in ("seen_by_worker", "purged"):
        op.execute(f"DROP POLICY {name} ON change_feed")
    op.execute(f"REVOKE SELECT ({SEEN}), DELETE ON change_feed FROM {WORKER}")  # noqa: S608 - our own words
    op.drop_column("change_feed", "recorded_on")
