"""Say who counselled at a session, and who spoke at a talk.

Revision: 0039
After: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TABLE = "counselling_session"
COLUMNS = ("counsellor_id", "speaker_id")


def upgrade() -> None:
    """Apply."""
    for column in COLUMNS:
        op.add_column(TABLE, sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{TABLE}_{column}"), TABLE, "network_worker", [column], ["id"])


def downgrade() -> None:
    """Take back."""
    for column in COLUMNS:
        op.drop_column(TABLE, column)
