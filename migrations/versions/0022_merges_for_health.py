"""Let health officers be told, too, that somebody whom they had was merged with another entry.

Revision: 0022
After: 0021
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

HEALTH = "registry_health"
LEFT = "former_unit_id = ANY ((SELECT app.units())::int[])"
TOLD = "person_id, id, status, former_unit_id"


def upgrade() -> None:
    """Apply."""
    op.execute(f"CREATE POLICY told_health_where_they_went ON merge FOR SELECT TO {HEALTH} USING ({LEFT})")
    op.execute(f"GRANT SELECT ({TOLD}) ON merge TO {HEALTH}")


def downgrade() -> None:
    """Take back."""
    op.execute(f"REVOKE SELECT ({TOLD}) ON merge FROM {HEALTH}")  # noqa: S608 - our own constants
    op.execute("DROP POLICY told_health_where_they_went ON merge")
