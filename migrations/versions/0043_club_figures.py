"""Let figures count clubs, members and ratings, on columns that identify nobody.

Revision: 0043
After: 0042
"""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

STATISTICS = "registry_statistics"
COUNTED = {
    "club": "id, family_count, volunteer_count, collaborator_count, counted_on",
    "membership": "person_id, state, kind, from_on, to_on",
    "club_rating": "organisation_id, state, year, programme, rank, counts_from",
}


def upgrade() -> None:
    """Apply."""
    for table, columns in COUNTED.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO {STATISTICS}")
        op.execute(f"CREATE POLICY counted ON {table} FOR SELECT TO {STATISTICS} USING (true)")


def downgrade() -> None:
    """Take back."""
    for table, columns in COUNTED.items():
        op.execute(f"DROP POLICY counted ON {table}")
        op.execute(f"REVOKE SELECT ({columns}) ON {table} FROM {STATISTICS}")  # noqa: S608 - our own words
