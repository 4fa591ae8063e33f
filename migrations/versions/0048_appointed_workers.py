"""Show workers whom another keeps to the organisations at which they are or were appointed.

Revision: 0048
After: 0047
"""

from alembic import op

from registry.db import record_walls
from registry.db.record_walls import ORGANISATIONS

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

FUNCTION = "app.workers()"
SHOWN = (("network_worker", "id", "id"), ("worker_training", "worker_id", "(state ->> 'worker_id')::uuid"))
"""Tables, the column that names the worker, and the same in a former state."""


def upgrade() -> None:
    """Apply."""
    op.execute(f"""
        CREATE FUNCTION {FUNCTION} RETURNS uuid[] LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            SELECT coalesce(array_agg(DISTINCT worker_id), ARRAY[]::uuid[]) FROM public.appointment
            WHERE organisation_id = ANY ((SELECT app.organisations())::uuid[]) AND state = 'active';
        END
    """)  # noqa: S608 - our own words
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO {ORGANISATIONS}")
    for table, column, former in SHOWN:
        record_walls.show_to_employer(table, column, former)


def downgrade() -> None:
    """Take back."""
    for table, _, _ in SHOWN:
        record_walls.hide_from_employer(table)
    op.execute(f"DROP FUNCTION {FUNCTION}")
