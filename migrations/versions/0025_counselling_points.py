"""Give counselling points a table of their own, and tell organisations of whatever record of a person is theirs.

Revision: 0025
After: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from registry.db import record_walls

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLE = "counselling_point"
SERVICES = (
    *("individual_counselling", "group_counselling", "family_counselling", "prevention_counselling"),
    *("thematic_talks", "treatment_support", "aftercare_support", "referral"),
)
ENDED = """
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
"""


def upgrade() -> None:
    """Apply."""
    listed = ", ".join(f"'{service}'" for service in SERVICES)
    op.create_table(
        TABLE,
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("site_unit_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("opening_hours", JSONB(), nullable=False),
        sa.Column("services", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.CheckConstraint("state IN ('active', 'voided')", name=op.f(f"ck_{TABLE}_state")),
        sa.CheckConstraint(f"services <@ ARRAY[{listed}]::varchar[]", name=op.f(f"ck_{TABLE}_services")),
        sa.ForeignKeyConstraint(
            ["id"], ["organisation.id"], name=op.f(f"fk_{TABLE}_id"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f(f"fk_{TABLE}_unit_id")),
        sa.ForeignKeyConstraint(["site_unit_id"], ["unit.id"], name=op.f(f"fk_{TABLE}_site_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_unit_id"), TABLE, ["unit_id"])
    op.create_index(f"ix_{TABLE}_sort_key", TABLE, ["sort_key", "id"])
    op.create_index(f"ix_{TABLE}_site_unit_id", TABLE, ["site_unit_id", "opened_on"])
    record_walls.enclose_records_of_units(TABLE)
    record_walls.open_unit_records_to_organisation(TABLE, "id")
    _tell_of_every_table()


def downgrade() -> None:
    """Take back. What stands in the directory stays there."""
    record_walls.close_unit_records_to_organisation(TABLE)
    op.execute("REVOKE INSERT ON unit_record_history FROM registry_organisations")
    op.drop_table(TABLE)
    _tell_of_episodes()


def _tell_of_every_table() -> None:
    """Tell an organisation that its reach has ended of all that was its own, in whatever table it names it."""
    op.execute("DROP FUNCTION app.tell_of_ended_reach(date)")
    op.execute(f"""
        CREATE FUNCTION app.tell_of_ended_reach(today date) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        AS $$
        DECLARE
            gone record;
            owned record;
        BEGIN
            FOR gone IN {ENDED} SELECT * FROM gone LOOP
                INSERT INTO public.change_feed (organisation_id, person_id, entity, record_id, op, version)
                SELECT gone.organisation_id, id, 'person', id, 'leave', version
                FROM public.person WHERE id = gone.person_id;
                FOR owned IN
                    SELECT relname AS name, named.attname AS organisation FROM pg_class
                    JOIN pg_attribute AS named ON named.attrelid = pg_class.oid
                        AND named.attname IN ('provider_id', 'organisation_id')
                    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND 2 = (
                        SELECT count(*) FROM pg_attribute
                        WHERE attrelid = pg_class.oid AND attname IN ('person_id', 'fingerprint')
                    )
                    ORDER BY relname
                LOOP
                    EXECUTE format(
                        'INSERT INTO public.change_feed (organisation_id, person_id, entity, record_id, op, version) '
                        'SELECT %2$I, person_id, %1$L, id, ''leave'', version FROM public.%1$I '
                        'WHERE person_id = $1 AND %2$I = $2',
                        owned.name, owned.organisation
                    ) USING gone.person_id, gone.organisation_id;
                END LOOP;
            END LOOP;
        END $$
    """)  # noqa: S608 - made of our own words
    _give()


def _tell_of_episodes() -> None:
    op.execute("DROP FUNCTION app.tell_of_ended_reach(date)")
    op.execute(f"""
        CREATE FUNCTION app.tell_of_ended_reach(today date) RETURNS void
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC
            {ENDED}
            INSERT INTO public.change_feed (organisation_id, person_id, entity, record_id, op, version)
            SELECT gone.organisation_id, person.id, 'person', person.id, 'leave', person.version
            FROM gone JOIN public.person ON person.id = gone.person_id
            UNION ALL
            SELECT gone.organisation_id, episode.person_id, 'episode', episode.id, 'leave', episode.version
            FROM gone JOIN public.episode
                ON episode.person_id = gone.person_id AND episode.provider_id = gone.organisation_id;
        END
    """)  # noqa: S608 - made of our own words
    _give()


def _give() -> None:
    op.execute("ALTER FUNCTION app.tell_of_ended_reach(date) OWNER TO registry_definer")
    op.execute("REVOKE ALL ON FUNCTION app.tell_of_ended_reach(date) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION app.tell_of_ended_reach(date) TO registry_worker")
