"""Let figures see to which organisation members and accompanied people belong: it has to be at work.

Revision: 0056
After: 0055
"""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

STATISTICS = "registry_statistics"
TABLES = ("membership", "accompaniment")


def upgrade() -> None:
    """Apply."""
    for table in TABLES:
        op.execute(f"GRANT SELECT (organisation_id) ON {table} TO {STATISTICS}")


def downgrade() -> None:
    """Take back."""
    for table in TABLES:
        op.execute(f"REVOKE SELECT (organisation_id) ON {table} FROM {STATISTICS}")  # noqa: S608 - our own words
