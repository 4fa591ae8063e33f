"""Look up each person of a page among those read before: by a plan for few, all were compared with all.

Revision: 0051
After: 0050
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

BY_LIST = """
    SELECT count(*) INTO fresh FROM person_read AS seen
    WHERE seen.reader = $1 AND seen.hour = $2 AND seen.person_id = ANY ($3)
"""
ONE_BY_ONE = """
    SELECT count(*) INTO fresh FROM unnest($3) AS shown (person_id) CROSS JOIN LATERAL (
        SELECT FROM person_read AS seen
        WHERE seen.reader = $1 AND seen.hour = $2 AND seen.person_id = shown.person_id LIMIT 1
    ) AS before
"""
LOOKED_UP = "SET enable_seqscan = off"
"""The table is filled anew every hour, and a connection keeps the plan that it made when there were a few rows."""


def upgrade() -> None:
    """Apply."""
    _count_those_read_before(ONE_BY_ONE, LOOKED_UP)


def downgrade() -> None:
    """Take back."""
    _count_those_read_before(BY_LIST)


def _count_those_read_before(counting: str, setting: str = "") -> None:
    op.execute(f"""
        CREATE OR REPLACE FUNCTION app.count_read(reader text, hour timestamptz, persons uuid[]) RETURNS int
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp {setting}
        AS $$
        DECLARE
            fresh int;
            total int;
        BEGIN
            {counting};
            IF fresh = cardinality($3) THEN
                RETURN 0;
            END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended($1, 0));
            INSERT INTO person_read SELECT $1, $2, unnest($3) ON CONFLICT DO NOTHING;
            GET DIAGNOSTICS fresh = ROW_COUNT;
            INSERT INTO person_read_count AS counted VALUES ($1, $2, fresh)
            ON CONFLICT ON CONSTRAINT pk_person_read_count DO UPDATE SET persons = counted.persons + fresh
            RETURNING counted.persons INTO total;
            RETURN CASE WHEN fresh = 0 THEN 0 ELSE total END;
        END
        $$
    """)  # noqa: S608 - our own words
