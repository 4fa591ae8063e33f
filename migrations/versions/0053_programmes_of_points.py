"""Say which programme a counselling point belongs to: its norm of staffing is the programme's.

Revision: 0053
After: 0052
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

TABLE, COLUMN = "counselling_point", "programme"


def upgrade() -> None:
    """Apply. Points that were recorded before are of the one programme that there was."""
    programme = sa.Column(COLUMN, sa.String(length=40), nullable=False, server_default="community_counselling")
    op.add_column(TABLE, programme)


def downgrade() -> None:
    """Take back."""
    op.drop_column(TABLE, COLUMN)
