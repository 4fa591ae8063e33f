"""Give every person a key of their own.

Revision: 0004
After: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IN_UNITS = "unit_id = ANY ((SELECT app.units())::int[])"
KEYS = "registry_keys"
DEFINER = "registry_definer"

COUNTED = ("person", "management_file", "episode")
"""What figures count of people who were erased."""
ERASED = (
    "person_name_token",
    "identity_document",
    "residence",
    "drug_test",
    "determination",
    "substance_use",
    "reach",
    "record_history",
)
"""What is deleted with a person. A later table joins them by giving the definer's role SELECT and DELETE."""
BLANKED = {
    "person_key": "wrapped_key",
    "person": "version, state, changed_at, changed_by, fingerprint, full_name, folded_name, sort_key, aliases, sex, "
    "birth_date, birth_year, birthplace, ethnicity, nationality, occupation, education, phone, void_reason",
    "management_file": "state, fingerprint, decision_number, decision_on, issuer",
    "episode": "state, fingerprint, provider_id, planned_months, therapies, decision_number, decision_on, issuer",
    "responsibility": "to_on",
}
"""What is emptied instead. Sealed values in other tables are unreadable without the key, and shown as absent."""

IN_REACH = "person_id = ANY ((SELECT app.reached())::uuid[])"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "person_key",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("master_key", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id", "unit_id"],
            ["person.id", "person.unit_id"],
            name=op.f("fk_person_key_person_id_unit_id"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_key")),
    )
    op.create_index("ix_person_key_master_key", "person_key", ["master_key", "person_id"], unique=False)
    op.execute("ALTER TABLE person_key ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE person_key FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY by_unit ON person_key FOR SELECT TO registry_units USING ({IN_UNITS})")
    op.execute(f"CREATE POLICY made ON person_key FOR INSERT TO registry_units WITH CHECK ({IN_UNITS})")
    op.execute("GRANT SELECT, INSERT ON person_key TO registry_units")
    op.execute(f"CREATE POLICY reached ON person_key FOR SELECT TO registry_organisations USING ({IN_REACH})")
    op.execute("GRANT SELECT ON person_key TO registry_organisations")
    op.execute("GRANT SELECT ON person_key TO registry_backup")
    _let_keys_be_moved()
    _let_people_be_erased()


def downgrade() -> None:
    """Take back."""
    op.execute("DROP FUNCTION app.erase_person(uuid, text, timestamptz, date)")
    for table in (*ERASED, *BLANKED):
        op.execute(f"REVOKE DELETE, UPDATE ON {table} FROM {DEFINER}")
    for table in COUNTED:
        op.drop_constraint(op.f(f"ck_{table}_state"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_state"), table, "state IN ('active', 'voided')")
    op.execute("DROP POLICY read_for_keys ON identity_document")
    op.execute("DROP POLICY indexed ON identity_document")
    op.drop_table("person_key")
    op.execute(f"REVOKE ALL ON identity_document, unit FROM {KEYS}")
    op.execute(f"REVOKE USAGE ON SCHEMA app, public FROM {KEYS}")


def _let_keys_be_moved() -> None:
    """Let the role of `registry keys` see and change what a new master key changes, and nothing else."""
    op.execute(f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{KEYS}') THEN
                CREATE ROLE {KEYS} NOLOGIN;
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$
    """)
    op.execute(f"GRANT USAGE ON SCHEMA app, public TO {KEYS}")
    op.execute(f"GRANT SELECT ON unit TO {KEYS}")
    op.execute(f"GRANT SELECT, UPDATE (master_key, wrapped_key) ON person_key TO {KEYS}")
    op.execute(f"CREATE POLICY read_for_keys ON person_key FOR SELECT TO {KEYS} USING ({IN_UNITS})")
    op.execute(f"CREATE POLICY rewrapped ON person_key FOR UPDATE TO {KEYS} USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})")
    op.execute(f"""
        GRANT SELECT (person_id, id, unit_id, document_type, number, number_index_key),
            UPDATE (number_index, number_index_key) ON identity_document TO {KEYS}
    """)
    op.execute(f"CREATE POLICY read_for_keys ON identity_document FOR SELECT TO {KEYS} USING ({IN_UNITS})")
    op.execute(
        f"CREATE POLICY indexed ON identity_document FOR UPDATE TO {KEYS} USING ({IN_UNITS}) WITH CHECK ({IN_UNITS})"
    )


def _let_people_be_erased() -> None:
    """Make the one way in which rows of people go: a function that any officer in charge may call, and nothing else."""
    for table in COUNTED:
        op.drop_constraint(op.f(f"ck_{table}_state"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_state"), table, "state IN ('active', 'voided', 'erased')")
    op.execute("""
        CREATE FUNCTION app.erase_person(erased uuid, author text, at timestamptz, today date) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
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
                    AND relname NOT IN ('management_file', 'episode') AND has_table_privilege(attrelid, 'DELETE')
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
            SET state = 'erased', fingerprint = '', provider_id = NULL, planned_months = NULL, therapies = '{}',
                decision_number = NULL, decision_on = NULL, issuer = NULL
            WHERE person_id = erased;
            UPDATE public.responsibility SET to_on = greatest(today, from_on + 1)
            WHERE person_id = erased AND to_on IS NULL;
            UPDATE public.person
            SET state = 'erased', version = version + 1, changed_at = at, changed_by = author, fingerprint = '',
                full_name = '', folded_name = '', sort_key = '', aliases = '{}', sex = 'unknown', birth_date = NULL,
                birth_year = NULL, birthplace = NULL, ethnicity = NULL, nationality = '', occupation = NULL,
                education = 'unknown', phone = NULL, void_reason = NULL
            WHERE id = erased;
        END $$
    """)
    for table in (*ERASED, "management_file", "episode"):
        op.execute(f"GRANT SELECT, DELETE ON {table} TO {DEFINER}")
    for table, columns in BLANKED.items():
        op.execute(f"GRANT SELECT, UPDATE ({columns}) ON {table} TO {DEFINER}")
    signature = "app.erase_person(uuid, text, timestamptz, date)"
    op.execute(f"ALTER FUNCTION {signature} OWNER TO {DEFINER}")
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO registry_units")
