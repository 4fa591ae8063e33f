"""Keep the keys of requests that were carried out.

Revision: 0015
After: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLE = "idempotency_key"
WRITERS = ("registry_units", "registry_organisations", "registry_health", "registry_emergency")
WORKER = "registry_worker"

OUTCOME_UNDER = """
CREATE FUNCTION app.outcome_under(asked bytea, lock bigint)
RETURNS TABLE (fingerprint bytea, status smallint, reference text, version int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(lock);
    RETURN QUERY
    SELECT kept.fingerprint, kept.status, kept.reference, kept.version
    FROM idempotency_key AS kept WHERE kept.digest = asked;
END
$$
"""
"""Waits for a request under way with the same key, and then sees what came of it: each statement sees anew."""

KEEP_OUTCOME = """
CREATE FUNCTION app.keep_outcome(
    digest bytea, fingerprint bytea, status smallint, reference text, version int, kept_until timestamptz
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
    INSERT INTO idempotency_key VALUES ($1, $2, $3, $4, $5, $6);
END
"""

FUNCTIONS = ("outcome_under(bytea, bigint)", "keep_outcome(bytea, bytea, smallint, text, int, timestamptz)")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        TABLE,
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_kept_until", TABLE, ["kept_until"])
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT ON {TABLE} TO registry_backup")
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO registry_definer")
    op.execute(f"CREATE POLICY purged ON {TABLE} FOR ALL TO {WORKER} USING (true) WITH CHECK (false)")
    op.execute(f"GRANT SELECT (kept_until), DELETE ON {TABLE} TO {WORKER}")
    op.execute(OUTCOME_UNDER)
    op.execute(KEEP_OUTCOME)
    for function in FUNCTIONS:
        op.execute(f"ALTER FUNCTION app.{function} OWNER TO registry_definer")
        op.execute(f"REVOKE ALL ON FUNCTION app.{function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.{function} TO {', '.join(WRITERS)}")


def downgrade() -> None:
    """Take back."""
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION app.{function}")
    op.drop_table(TABLE)
