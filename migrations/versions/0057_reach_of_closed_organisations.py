"""Let the reach of what a commune sets up end with it, and come back when its closing is taken back.

Revision: 0057
After: 0056
"""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

DEFINER, UNITS = "registry_definer", "registry_units"
FOLLOW, LEAVES_OPEN = "app.follow_closing(uuid, date, date, int, date)", "app.leaves_open(uuid, date)"
RIGHTS = (
    ("UPDATE (until_on)", "reach"),
    ("SELECT (processing)", "person"),
    ("SELECT (to_on)", "appointment"),
)
LINGER = 90
"""Days that a reach lasts after an end, as they are set unless somebody has set others."""
OPENING = " UNION ALL ".join(
    f"SELECT person_id, id, legal_basis, {ended} AS ended_on FROM public.{table} "  # noqa: S608 - our own words
    "WHERE organisation_id = organisation AND state = 'active'"
    for table, ended in (("membership", "to_on"), ("accompaniment", "to_on"), ("attendance", "held_on"))
)
IN_FORCE = "reach.organisation_id = organisation AND (reach.until_on IS NULL OR reach.until_on >= today)"


def upgrade() -> None:
    """Apply, also to what was closed before."""
    for right, table in RIGHTS:
        op.execute(f"GRANT {right} ON {table} TO {DEFINER}")
    _let_reach_follow()
    _tell_what_is_left_open()
    for function in (FOLLOW, LEAVES_OPEN):
        op.execute(f"ALTER FUNCTION {function} OWNER TO {DEFINER}")
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {UNITS}")
    op.execute("ALTER TABLE organisation NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
    op.execute(f"""
        SELECT app.follow_closing(id, NULL, closed_on, {LINGER}, current_date) FROM organisation
        WHERE closed_on IS NOT NULL AND kind IN ('counselling_point', 'aftercare_club', 'volunteer_team')
    """)  # noqa: S608 - our own words
    op.execute("ALTER TABLE organisation FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    """Take back. What has ended with an organisation stays ended."""
    for function in (LEAVES_OPEN, FOLLOW):
        op.execute(f"DROP FUNCTION {function}")
    for right, table in reversed(RIGHTS):
        op.execute(f"REVOKE {right} ON {table} FROM {DEFINER}")


def _let_reach_follow() -> None:
    """Cut what is open, open what the former day had cut, and tell of both: past every policy, wherever people are."""
    op.execute(f"""
        CREATE FUNCTION app.follow_closing(organisation uuid, former date, closed date, linger int, today date)
        RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        AS $$
        DECLARE
            before uuid[] := ARRAY(SELECT DISTINCT person_id FROM public.reach WHERE {IN_FORCE});
            came uuid[];
            owned record;
        BEGIN
            UPDATE public.reach SET until_on = opening.until_on, is_over = false
            FROM (
                SELECT opened.*, CASE
                    WHEN least(ended_on, closed) <= DATE '9999-12-31' - linger THEN least(ended_on, closed) + linger
                END AS until_on
                FROM ({OPENING}) AS opened
            ) AS opening
            JOIN public.person ON person.id = opening.person_id
            WHERE reach.organisation_id = organisation
                AND reach.person_id = opening.person_id
                AND reach.record_id = opening.id
                AND (({IN_FORCE}) OR reach.until_on = former + linger)
                AND (
                    opening.until_on < coalesce(reach.until_on, 'infinity')
                    OR (
                        reach.until_on = former + linger
                        AND person.state = 'active'
                        AND NOT (person.processing = 'restricted' AND opening.legal_basis = 'consent')
                    )
                );
            PERFORM app.tell_of_ended_reach(today);
            came := ARRAY(
                SELECT person_id FROM public.reach WHERE {IN_FORCE} EXCEPT SELECT unnest(before)
            );
            INSERT INTO public.change_feed (organisation_id, person_id, entity, record_id, op, version)
            SELECT organisation, id, 'person', id, 'enter', version FROM public.person WHERE id = ANY (came);
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
                    'SELECT %2$I, person_id, %1$L, id, ''enter'', version FROM public.%1$I '
                    'WHERE person_id = ANY ($1) AND %2$I = $2',
                    owned.name, owned.organisation
                ) USING came, organisation;
            END LOOP;
        END $$
    """)  # noqa: S608 - our own words


def _tell_what_is_left_open() -> None:
    """Tell whether memberships, accompaniments or appointments go on after the last day of an organisation."""
    open_after = " OR ".join(
        f"EXISTS (SELECT FROM public.{table} WHERE organisation_id = organisation AND state = 'active' "
        "AND (to_on IS NULL OR to_on > closed + 1))"
        for table in ("membership", "accompaniment", "appointment")
    )
    op.execute(f"""
        CREATE FUNCTION app.leaves_open(organisation uuid, closed date) RETURNS boolean
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        BEGIN ATOMIC SELECT {open_after}; END
    """)
