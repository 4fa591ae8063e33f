"""Keep moves out of an emergency access: it opens residences, and not where somebody went or why.

Revision: 0023
After: 0022
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

IN_REACH = "person_id = ANY ((SELECT app.reached())::uuid[])"


def upgrade() -> None:
    """Apply."""
    op.execute("DROP POLICY in_emergency ON move")
    op.execute("REVOKE SELECT ON move FROM registry_emergency")


def downgrade() -> None:
    """Take back."""
    op.execute("GRANT SELECT ON move TO registry_emergency")
    op.execute(f"CREATE POLICY in_emergency ON move FOR SELECT TO registry_emergency USING ({IN_REACH})")
