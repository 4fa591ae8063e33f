"""Let two people have tasks about records of one id: a record under a person is named by both.

Revision: 0044
After: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

NAME = "uq_task_one_open"


def upgrade() -> None:
    """Apply."""
    _one_open("kind", "record_id", "person_id", "unit_id", "organisation_id")


def downgrade() -> None:
    """Take back."""
    _one_open("kind", "record_id", "unit_id", "organisation_id")


def _one_open(*columns: str) -> None:
    op.drop_index(NAME, table_name="task")
    op.create_index(
        NAME,
        "task",
        columns,
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        postgresql_nulls_not_distinct=True,
    )
