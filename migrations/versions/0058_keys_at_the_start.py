"""Show the service at its start a wrapped key of each master key, so that it needs no right to move keys.

Revision: 0058
After: 0057
"""

from alembic import op

from registry.db.record_walls import DEFINER, UNITS

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

FUNCTION = "app.key_samples()"
READ = "SELECT (id, key_id, master_key, wrapped_key) ON sync_rejection"


def upgrade() -> None:
    """Apply."""
    op.execute(f"GRANT {READ} TO {DEFINER}")
    op.execute("""
        CREATE FUNCTION app.key_samples()
        RETURNS TABLE (owner_id uuid, key_id uuid, master_key integer, wrapped_key bytea)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            (
                SELECT DISTINCT ON (held.master_key) held.person_id, held.id, held.master_key, held.wrapped_key
                FROM public.person_key AS held WHERE held.wrapped_key IS NOT NULL
                ORDER BY held.master_key, held.person_id
            ) UNION ALL (
                SELECT DISTINCT ON (kept.master_key) kept.id, kept.key_id, kept.master_key, kept.wrapped_key
                FROM public.sync_rejection AS kept ORDER BY kept.master_key, kept.id
            ) UNION ALL
            SELECT DISTINCT NULL::uuid, NULL::uuid, document.number_index_key, NULL::bytea
            FROM public.identity_document AS document;
        END
    """)
    op.execute(f"ALTER FUNCTION {FUNCTION} OWNER TO {DEFINER}")
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO {UNITS}")


def downgrade() -> None:
    """Take back."""
    op.execute(f"DROP FUNCTION {FUNCTION}")
    op.execute(f"REVOKE {READ} FROM {DEFINER}")
