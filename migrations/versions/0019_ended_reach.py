"""Tell organisations of people whom they reach no longer, once the time of it has passed.

Revision: 0019
After: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

FUNCTION = "app.tell_of_ended_reach(date)"


def upgrade() -> None:
    """Apply. What has ended before is told once more, which harms nobody."""
    op.add_column("reach", sa.Column("is_over", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_reach_ending", "reach", ["until_on"], postgresql_where=sa.text("NOT is_over"))
    op.execute("GRANT UPDATE (is_over) ON reach TO registry_definer")
    op.execute("GRANT SELECT (provider_id) ON episode TO registry_definer")
    op.execute("GRANT INSERT ON change_feed TO registry_definer")
    op.execute("""
        CREATE FUNCTION app.tell_of_ended_reach(today date) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            WITH ended AS (
                UPDATE public.reach SET is_over = true WHERE until_on < today AND NOT is_over
                RETURNING person_id, organisation_id
            ), gone AS (
                SELECT DISTINCT person_id, organisation_id FROM ended
                WHERE NOT EXISTS (
                    SELECT FROM public.reach AS other
                    WHERE other.person_id = ended.person_id AND other.organisation_id = ended.organisation_id
                      AND (other.until_on IS NULL OR other.until_on >= today)
                )
            )
            INSERT INTO public.change_feed (organisation_id, person_id, entity, record_id, op, version)
            SELECT gone.organisation_id, person.id, 'person', person.id, 'leave', person.version
            FROM gone JOIN public.person ON person.id = gone.person_id
            UNION ALL
            SELECT gone.organisation_id, episode.person_id, 'episode', episode.id, 'leave', episode.version
            FROM gone JOIN public.episode
                ON episode.person_id = gone.person_id AND episode.provider_id = gone.organisation_id;
        END
    """)
    op.execute(f"ALTER FUNCTION {FUNCTION} OWNER TO registry_definer")
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO registry_worker")


def downgrade() -> None:
    """Take back."""
    op.execute(f"DROP FUNCTION {FUNCTION}")
    op.execute("REVOKE INSERT ON change_feed FROM registry_definer")
    op.execute("REVOKE SELECT (provider_id) ON episode FROM registry_definer")
    op.execute("REVOKE UPDATE (is_over) ON reach FROM registry_definer")
    op.drop_index("ix_reach_ending", table_name="reach")
    op.drop_column("reach", "is_over")
