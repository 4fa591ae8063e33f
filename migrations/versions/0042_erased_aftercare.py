"""Let figures of finished years keep the aftercare and education of people who are erased, as they keep their stays.

Revision: 0042
After: 0041
"""

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

DEFINER = "registry_definer"
WORDS = "decision_number = NULL, issuer = NULL"
"""What is emptied; the day of the decision is what figures count by."""
HUSKS = ("aftercare", "education_measure")


def upgrade() -> None:
    """Apply."""
    for table in HUSKS:
        _let_state_be(table, "active", "voided", "erased")
        op.execute(f"GRANT UPDATE (state, fingerprint, decision_number, issuer) ON {table} TO {DEFINER}")
    _erase_person(HUSKS)


def downgrade() -> None:
    """Take back."""
    _erase_person(())
    for table in HUSKS:
        op.execute(f"REVOKE UPDATE (state, fingerprint, decision_number, issuer) ON {table} FROM {DEFINER}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")  # its owner, too, would find no rows
        op.execute(f"DELETE FROM {table} WHERE state = 'erased'")  # noqa: S608 - our own words
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        _let_state_be(table, "active", "voided")


def _let_state_be(table: str, *states: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_state"), table, type_="check")
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f(f"ck_{table}_state"), table, f"state IN ({listed})")


def _erase_person(husks: tuple[str, ...]) -> None:
    """Make the function that erases anew: it keeps husks of these tables beside those of files and stays."""
    kept = ", ".join(f"'{table}'" for table in ("management_file", "episode", *husks))
    emptied = "".join(
        f"""
            DELETE FROM public.{table} WHERE person_id = erased AND state <> 'active';
            UPDATE public.{table} SET state = 'erased', fingerprint = '', {WORDS} WHERE person_id = erased;
        """  # noqa: S608 - our own words
        for table in husks
    )
    op.execute(f"""
        CREATE OR REPLACE FUNCTION app.erase_person(erased uuid, author text, at timestamptz, today date) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
        AS $$
        DECLARE
            held record;
        BEGIN
            IF NOT EXISTS (
                SELECT FROM public.person WHERE id = erased AND unit_id = ANY ((SELECT app.units())::int[])
            ) THEN
                RAISE insufficient_privilege USING MESSAGE = 'the person is out of scope';
            END IF;
            FOR held IN
                SELECT attrelid::regclass AS name
                FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class ON pg_class.oid = attrelid
                WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attname = 'person_id'
                    AND relname NOT IN ({kept}) AND has_table_privilege(attrelid, 'DELETE')
            LOOP
                EXECUTE format('DELETE FROM %s WHERE person_id = $1', held.name) USING erased;
            END LOOP;
            UPDATE public.person_key SET wrapped_key = NULL WHERE person_id = erased;
            DELETE FROM public.management_file WHERE person_id = erased AND state <> 'active';
            UPDATE public.management_file
            SET state = 'erased', fingerprint = '', decision_number = NULL, decision_on = NULL, issuer = NULL
            WHERE person_id = erased;
            DELETE FROM public.episode WHERE person_id = erased AND state <> 'active';
            UPDATE public.episode
            SET state = 'erased', fingerprint = '', provider_id = NULL, planned_months = NULL, therapies = '{{}}',
                decision_number = NULL, decision_on = NULL, issuer = NULL
            WHERE person_id = erased;
            {emptied}
            UPDATE public.responsibility SET to_on = greatest(today, from_on + 1)
            WHERE person_id = erased AND to_on IS NULL;
            UPDATE public.person
            SET state = 'erased', version = version + 1, changed_at = at, changed_by = author, fingerprint = '',
                full_name = '', folded_name = '', sort_key = '', aliases = '{{}}', sex = 'unknown', birth_date = NULL,
                birth_year = NULL, birthplace = NULL, ethnicity = NULL, nationality = '', occupation = NULL,
                education = 'unknown', phone = NULL, void_reason = NULL
            WHERE id = erased;
        END $$
    """)  # noqa: S608 - our own words
