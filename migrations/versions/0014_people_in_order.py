"""Walk along the people of a unit in an order that never changes: copies for replicas are made by it.

Revision: 0014
After: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_person_unit_id_id", "person", ["unit_id", "id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_person_unit_id_id", table_name="person")
