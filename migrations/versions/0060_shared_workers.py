"""Share a worker among appointments that are written at once: only what is recorded of the worker has to wait.

Revision: 0060
After: 0059
"""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

EACH_ALONE, TOGETHER = "FOR NO KEY UPDATE", "FOR SHARE"


def upgrade() -> None:
    """Apply."""
    _tell_employer(TOGETHER)


def downgrade() -> None:
    """Take back."""
    _tell_employer(EACH_ALONE)


def _tell_employer(lock: str) -> None:
    op.execute(f"""
        CREATE OR REPLACE FUNCTION app.tell_employer(told text, employer uuid, worker uuid) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        AS $$
        BEGIN
            PERFORM FROM public.network_worker WHERE network_worker.id = worker {lock};
            INSERT INTO public.change_feed (organisation_id, entity, record_id, op, version)
            SELECT employer, held.entity, held.id, told, held.version FROM (
                SELECT 0 AS place, 'network_worker' AS entity, id, version FROM public.network_worker WHERE id = worker
                UNION ALL
                SELECT 1, 'worker_training', id, version FROM public.worker_training WHERE worker_id = worker
            ) AS held ORDER BY place;
        END $$
    """)  # noqa: S608 - our own words
