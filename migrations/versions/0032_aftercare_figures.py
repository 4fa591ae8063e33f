"""Let figures count aftercare, relapse, education measures and who lives there, on columns that identify nobody.

Revision: 0032
After: 0031
"""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

STATISTICS = "registry_statistics"
COUNTED = {
    "aftercare": "person_id, root_id, course_id, state, place, from_on, decision_on, ended_on, outcome",
    "education_measure": "person_id, state, from_on, to_on, ended_on",
    "determination": "person_id, state, result, determined_on",
    "commune_population": "commune_unit_id, state, year, population",
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
