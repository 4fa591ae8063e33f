"""Keep the counts of a club that a newer one has followed, each with its day, for the figures of those years.

Revision: 0054
After: 0053
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

TABLE, COLUMN, STATISTICS = "club", "earlier_counts", "registry_statistics"


def upgrade() -> None:
    """Apply. What was counted before is not taken from history, which does not tell a count from a mistake."""
    op.add_column(TABLE, sa.Column(COLUMN, postgresql.JSONB(), server_default="[]", nullable=False))
    op.alter_column(TABLE, COLUMN, server_default=None)
    op.execute(f"GRANT SELECT ({COLUMN}) ON {TABLE} TO {STATISTICS}")


def downgrade() -> None:
    """Take back."""
    op.drop_column(TABLE, COLUMN)
