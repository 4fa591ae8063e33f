"""Let figures count points, teams, volunteers, sessions, clients and referrals, on columns that identify nobody.

Revision: 0038
After: 0037
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

STATISTICS = "registry_statistics"
COUNTED = {
    "organisation": "id, state, kind, site_unit_id, opened_on, closed_on",
    "appointment": "worker_id, organisation_id, state, from_on, to_on",
    "counselling_session": "id, state, commune_unit_id, held_on, form, "
    "on_file_count, family_count, at_risk_count, community_count, other_count",
    "attendance": "person_id, session_id, state, held_on",
    "accompaniment": "person_id, state, from_on, to_on",
    "support_service": "id, kind",
    "referral": "person_id, service_id, state, made_on, completed_on",
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
