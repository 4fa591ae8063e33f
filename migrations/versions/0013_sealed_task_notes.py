"""Seal what is noted on a task about a person under that person's key.

Revision: 0013
After: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SETTLING = "registry_units, registry_organisations"


def upgrade() -> None:
    """Apply. Notes of before stay as they are: no migration holds the keys."""
    op.add_column("task", sa.Column("sealed_note", sa.LargeBinary(), nullable=True))
    op.execute(f"GRANT UPDATE (sealed_note) ON task TO {SETTLING}")


def downgrade() -> None:
    """Take back."""
    op.drop_column("task", "sealed_note")
