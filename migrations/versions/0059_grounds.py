"""Keep the ground of a visit and of education in the commune, as every link of a person to the network has one.

Revision: 0059
After: 0058
"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

COLUMN, GROUNDS = "legal_basis", "'consent', 'decision', 'statutory_duty'"
MEASURE, VISIT = "education_measure", "visit"


def upgrade() -> None:
    """Apply. Measures of before rest on a decision, as they all do; visits on what their accompaniment rests on."""
    op.add_column(MEASURE, sa.Column(COLUMN, sa.String(length=40), nullable=False, server_default="decision"))
    op.add_column(VISIT, sa.Column(COLUMN, sa.String(length=40), nullable=True))
    _take_grounds_of_accompaniments()
    op.alter_column(VISIT, COLUMN, nullable=False)
    for table in (MEASURE, VISIT):
        op.create_check_constraint(op.f(f"ck_{table}_{COLUMN}"), table, f"{COLUMN} IN ({GROUNDS})")


def downgrade() -> None:
    """Take back."""
    for table in (MEASURE, VISIT):
        op.drop_column(table, COLUMN)


def _take_grounds_of_accompaniments() -> None:
    tables = (VISIT, "accompaniment")
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute("""
        UPDATE visit SET legal_basis = accompaniment.legal_basis FROM accompaniment
        WHERE accompaniment.person_id = visit.person_id AND accompaniment.id = visit.accompaniment_id
    """)
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the schema of rows that wait to be checked cannot be changed
    for table in tables:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
