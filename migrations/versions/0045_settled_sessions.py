"""Tell whether attendances rest on a session, and let organisations keep records whose unit has changed.

Revision: 0045
After: 0044
"""

from alembic import op

from registry.db.record_walls import DEFINER, ORGANISATIONS, UNITS

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

FUNCTION = "app.is_attended(uuid)"


def upgrade() -> None:
    """Apply."""
    _tell_whether_a_session_is_attended()
    op.execute(f"GRANT UPDATE (unit_id) ON unit_record_history TO {ORGANISATIONS}")


def downgrade() -> None:
    """Take back."""
    op.execute(f"REVOKE UPDATE (unit_id) ON unit_record_history FROM {ORGANISATIONS}")
    op.execute(f"DROP FUNCTION {FUNCTION}")


def _tell_whether_a_session_is_attended() -> None:
    """Let whoever corrects a session know that attendances rest on it, also those of whom they no longer reach."""
    op.execute("""
        CREATE FUNCTION app.is_attended(session uuid) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            SELECT EXISTS (SELECT FROM public.attendance WHERE session_id = session AND state = 'active');
        END
    """)
    op.execute(f"ALTER FUNCTION {FUNCTION} OWNER TO {DEFINER}")
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO {UNITS}, {ORGANISATIONS}")
