"""Tell organisations of the workers whom they have appointed, whoever keeps their entries.

Revision: 0052
After: 0051
"""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

DEFINER = "registry_definer"
EMPLOYERS, TELL_EMPLOYER = "app.employers(uuid)", "app.tell_employer(text, uuid, uuid)"
RIGHTS = (
    ("SELECT (worker_id)", "appointment"),
    ("SELECT (worker_id)", "worker_training"),
    ("UPDATE (version)", "network_worker"),  # SELECT FOR NO KEY UPDATE asks for it; nothing is updated
)
LOCK = "PERFORM FROM public.network_worker WHERE network_worker.id = worker FOR NO KEY UPDATE;"
"""Taken before who has appointed whom is looked at: of two that write about a worker, the second sees the first."""


def upgrade() -> None:
    """Apply. Who was appointed before is told of now: devices have gone past it."""
    for right, table in RIGHTS:
        op.execute(f"GRANT {right} ON {table} TO {DEFINER}")
    op.execute(f"""
        CREATE FUNCTION app.employers(worker uuid) RETURNS uuid[]
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        AS $$
        BEGIN
            {LOCK}
            RETURN (
                SELECT coalesce(array_agg(DISTINCT organisation_id), ARRAY[]::uuid[]) FROM public.appointment
                WHERE worker_id = worker AND state = 'active'
            );
        END $$
    """)  # noqa: S608 - our own words
    op.execute(f"""
        CREATE FUNCTION app.tell_employer(told text, employer uuid, worker uuid) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        AS $$
        BEGIN
            {LOCK}
            INSERT INTO public.change_feed (organisation_id, entity, record_id, op, version)
            SELECT employer, held.entity, held.id, told, held.version FROM (
                SELECT 0 AS place, 'network_worker' AS entity, id, version FROM public.network_worker WHERE id = worker
                UNION ALL
                SELECT 1, 'worker_training', id, version FROM public.worker_training WHERE worker_id = worker
            ) AS held ORDER BY place;
        END $$
    """)  # noqa: S608 - our own words
    for function in (EMPLOYERS, TELL_EMPLOYER):
        op.execute(f"ALTER FUNCTION {function} OWNER TO {DEFINER}")
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO registry_units, registry_organisations")
    op.execute("ALTER TABLE appointment NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute("""
        SELECT app.tell_employer('enter', organisation_id, worker_id)
        FROM (SELECT DISTINCT organisation_id, worker_id FROM appointment WHERE state = 'active') AS appointed
    """)
    op.execute("ALTER TABLE appointment FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    """Take back."""
    for function in (TELL_EMPLOYER, EMPLOYERS):
        op.execute(f"DROP FUNCTION {function}")
    for right, table in reversed(RIGHTS):
        op.execute(f"REVOKE {right} ON {table} FROM {DEFINER}")
