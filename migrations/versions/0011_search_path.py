"""Let the functions that look past the wall look for tables among ours first, and among temporary ones last.

Where the path does not name them, temporary tables come first: one that is called like ours, and that a connection
keeps for whoever uses it next, would be read in its place.

Revision: 0011
After: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _look_in("pg_catalog, public, pg_temp")


def downgrade() -> None:
    """Take back."""
    _look_in("public")


def _look_in(path: str) -> None:
    op.execute(f"""
        DO $$
        DECLARE looks record;
        BEGIN
            FOR looks IN
                SELECT oid::regprocedure AS function FROM pg_proc
                WHERE pronamespace = 'app'::regnamespace AND prosecdef
            LOOP
                EXECUTE format('ALTER FUNCTION %s SET search_path = {path}', looks.function);
            END LOOP;
        END $$
    """)  # noqa: S608 - made of our own words
